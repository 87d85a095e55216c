import { expect, test } from "vitest";

import type { RankingItem } from "@/api/research-types";
import { catalogue } from "@/testing/tasks";

import { axesOf, scalesOf, shownOf } from "./rungs";

const item = { position: 1, seconds_shown: 65, toxicity: 2, relative_toxicity: -1, continuity: 5 } as RankingItem;

test.each([
  [{}, "shown as B, on screen for 1 min 5 s"],
  [{ seconds_shown: null }, "shown as B"],
  [{ position: null, seconds_shown: null }, ""],
])("%j reads %j", (change, text) => {
  expect(shownOf({ ...item, ...change })).toBe(text);
});

test("the numbers of a toxicity task carry what they stand for (R39)", () => {
  expect(scalesOf(item, catalogue.toxicity_scales).map(({ key, value, anchor }) => [key, value, anchor])).toEqual([
    ["toxicity", 2, "Clearly toxic"],
    ["relative_toxicity", -1, "Less toxic"],
    ["continuity", 5, undefined],
  ]);
});

test("ratings on the scales of an imported data set keep its words", () => {
  expect(axesOf({ ...item, axes: { overall_quality: 6, honesty: 4.5 } })).toEqual([
    { key: "overall_quality", label: "Overall quality", value: "6" },
    { key: "honesty", label: "Honesty", value: "4.5" },
  ]);
});

test("any other ranking has none of them", () => {
  const plain = { ...item, toxicity: null, relative_toxicity: null, continuity: null };
  expect(scalesOf(plain, catalogue.toxicity_scales)).toEqual([]);
});
