import { expect, test } from "vitest";

import type { CheckpointSample } from "@/api/training-types";

import { figureWithChange, gridOf, shareOfNewWords, withoutTheMiddle } from "./sample-grid";

function sample(step: number, place: number, change: Partial<CheckpointSample> = {}): CheckpointSample {
  return {
    step,
    place,
    text: `${step}-${place}`,
    token_count: 4,
    finish_reason: "stop",
    reward: null,
    kl_nats: null,
    ...change,
  };
}

const prompts = [
  { place: 0, prompt_id: "7", text: "Why?" },
  { place: 1, prompt_id: "9", text: "How?" },
];

test("answers stand by prompt and checkpoint, whatever order they came in", () => {
  const grid = gridOf(prompts, [sample(50, 1), sample(0, 1), sample(0, 0)]);

  expect(grid.checkpoints.map(({ step }) => step)).toEqual([0, 50]);
  expect(grid.rows.map(({ cells }) => cells.map((cell) => cell?.text))).toEqual([
    ["0-0", undefined],
    ["0-1", "50-1"],
  ]);
});

test("the mean of a checkpoint is over the answers that have a figure, and undefined without one", () => {
  const grid = gridOf(prompts, [sample(0, 0, { reward: 1 }), sample(0, 1, { reward: 2 }), sample(5, 0)]);

  expect(grid.checkpoints.map(({ meanReward }) => meanReward)).toEqual([1.5, null]);
});

test("of many checkpoints the first and the three newest stay", () => {
  const grid = withoutTheMiddle(gridOf(prompts, [0, 10, 20, 30, 40, 50].map((step) => sample(step, 0))));

  expect(grid.checkpoints.map(({ step }) => step)).toEqual([0, 30, 40, 50]);
  expect(grid.rows[0]?.cells.map((cell) => cell?.step)).toEqual([0, 30, 40, 50]);
});

test.each([
  ["the sea is wide", "the sea is wide", 0],
  ["the sea is wide", "the sea is deep", 0.25],
  ["", "two words", 1],
  ["something", "", 1],
])("of %j, %j has this share of new words: %d", (before, after, share) => {
  expect(shareOfNewWords(before, after)).toBeCloseTo(share);
});

test.each([
  [null, 1, ""],
  [1.234, undefined, "1.23"],
  [1.5, 1, "1.50 (+0.50)"],
  [-0.5, 0.25, "−0.50 (−0.75)"],
  [1, 1.001, "1.00"],
  [2, null, "2.00"],
])("%s after %s is said as %j", (value, before, said) => {
  expect(figureWithChange(value, before)).toBe(said);
});
