import { expect, test } from "vitest";

import type { MeanFigure, ModelFigures } from "@/api/research-types";
import { detail, mean } from "@/testing/evaluations";

import { behindShare, bestFirst, rowsOf, shareText, sizeOf, undefinedOf } from "./figure-words";

const figure: MeanFigure = {
  value: 0.125,
  low: 0.042,
  high: 0.208,
  n: 1200,
  num_prompts: 88,
  reason_undefined: null,
  reason_no_interval: null,
};
const alone: MeanFigure = { ...figure, low: null, high: null, reason_no_interval: "Too few prompts." };
const missing: MeanFigure = { ...figure, value: null, low: null, high: null, n: 0, reason_undefined: "Nobody yet." };

test.each([
  [figure, "12.5%", ["4.2 to 20.8", "n 1,200"]],
  [alone, "12.5%", ["no interval", "n 1,200"]],
  [missing, "not asked", ["", ""]],
])("%j in a table", (one, share, behind) => {
  expect([shareText(one), behindShare(one)]).toEqual([share, behind]);
});

test("a size says why there is no interval", () => {
  expect(sizeOf(figure, "task")).toBe("1,200 tasks on 88 prompts");
  expect(sizeOf(alone, "task")).toBe("1,200 tasks on 88 prompts. Too few prompts.");
});

test("what is not defined is said and not drawn", () => {
  const means = [
    { name: "a", figure },
    { name: "b", figure: missing },
  ];
  expect(rowsOf(means, "task").map(({ label }) => label)).toEqual(["a"]);
  expect(undefinedOf(means)).toEqual(["b: not defined. Nobody yet."]);
});

test("the best come first, the baseline before all, and what nobody judged last", () => {
  const [baseline, policy] = detail.models;
  const named = (name: string, value: number | null) =>
    ({ ...policy, source: { id: 1, name }, win_rate: mean(value) }) as ModelFigures;

  const sorted = bestFirst([named("a", 0.4), named("b", null), named("c", 0.9), baseline as ModelFigures]);

  expect(sorted.map(({ source }) => source.name)).toEqual(["sft-2", "c", "a", "b"]);
});
