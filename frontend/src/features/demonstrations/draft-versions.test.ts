import { beforeEach, expect, test } from "vitest";

import { forgetVersions, keepVersion, readVersions } from "./draft-versions";

const HALF_A_MINUTE = 30_000;
const texts = (id = "a") => readVersions(id).map(({ text }) => text);

beforeEach(() => window.localStorage.clear());

test("a version is kept every half minute, the latest first", () => {
  keepVersion("a", "one", { now: 0 });
  keepVersion("a", "one two", { now: HALF_A_MINUTE - 1 });
  keepVersion("a", "one two three", { now: HALF_A_MINUTE });

  expect(texts()).toEqual(["one two three", "one"]);
});

test("the first letters are no version", () => {
  keepVersion("a", "o", { now: 5, startedAt: 0 });
  expect(texts()).toEqual([]);
  keepVersion("a", "one", { now: HALF_A_MINUTE, startedAt: 0 });

  expect(texts()).toEqual(["one"]);
});

test("a text about to be replaced is kept at once", () => {
  keepVersion("a", "one", { now: 0 });
  keepVersion("a", "two", { now: 1, isUrgent: true });

  expect(texts()).toEqual(["two", "one"]);
});

test("nothing blank and nothing twice", () => {
  keepVersion("a", " \n", { now: 0 });
  keepVersion("a", "one", { now: 0 });
  keepVersion("a", "one", { now: HALF_A_MINUTE });

  expect(texts()).toEqual(["one"]);
});

test("at most forty versions, and long ones fewer", () => {
  for (let n = 0; n < 50; n += 1) keepVersion("a", `text ${n}`, { now: n * HALF_A_MINUTE });
  expect(texts()).toHaveLength(40);
  expect(texts()[0]).toBe("text 49");

  for (let n = 0; n < 9; n += 1) {
    keepVersion("b", `${n}`.padEnd(50_000, "x"), { now: n * HALF_A_MINUTE });
  }
  expect(texts("b")).toHaveLength(4);
});

test("the versions of a month ago go when a new draft begins", () => {
  keepVersion("old", "old", { now: 0 });
  keepVersion("new", "new", { now: 31 * 24 * 3600_000 });

  expect(texts("old")).toEqual([]);
  expect(texts("new")).toEqual(["new"]);
});

test("a broken store is no version, and what was handed in has none", () => {
  window.localStorage.setItem("concord:versions:a", "{");
  expect(texts()).toEqual([]);
  keepVersion("a", "one", { now: 0 });
  forgetVersions("a");
  expect(texts()).toEqual([]);
});
