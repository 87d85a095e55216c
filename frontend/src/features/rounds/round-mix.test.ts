import { expect, test } from "vitest";

import { ALONE, mixOf, mixProblem, sharesOf } from "./round-mix";

const others = [{ policy: "a", weight: "" }];

test("a round of one policy sends no weights", () => {
  expect(mixOf(ALONE)).toEqual({});
  expect(mixProblem(ALONE)).toBeNull();
});

test("empty weights are left to the server", () => {
  const mix = { ownWeight: "", others };
  expect(mixOf(mix)).toEqual({ other_policies: ["a"] });
  expect(mixProblem(mix)).toBeNull();
});

test("typed weights go in the order of the policies (R85)", () => {
  const mix = { ownWeight: "3", others: [{ policy: "a", weight: "0.5" }, { policy: "b", weight: "0" }] };
  expect(mixOf(mix)).toEqual({ other_policies: ["a", "b"], weights: [3, 0.5, 0] });
});

test.each([
  [{ ownWeight: "1", others }, "Every policy needs a weight from 0 on, or none of them has one."],
  [{ ownWeight: "1", others: [{ policy: "a", weight: "-1" }] }, "Every policy needs a weight from 0 on, or none of them has one."],
  [{ ownWeight: "0", others: [{ policy: "a", weight: "0" }] }, "One of the weights must be above 0."],
  [{ ownWeight: "", others: [{ policy: "", weight: "" }] }, "One of the other policies is still to choose."],
])("%j cannot be opened", (mix, problem) => {
  expect(mixProblem(mix)).toBe(problem);
});

test("shares are the weights over their sum", () => {
  expect(sharesOf([3, 1])).toEqual(["75%", "25%"]);
  expect(sharesOf([1, 1, 1])).toEqual(["33.3%", "33.3%", "33.3%"]);
});
