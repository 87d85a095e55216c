import { expect, test } from "vitest";

import { accuracyBreakdowns, accuracyRows, lacksHeldOutPairs, reportWarnings, singleFigures } from "./report";

const figure = (value: number) => ({
  value,
  low: value - 0.02,
  high: value + 0.02,
  num_pairs: 1204,
  num_prompts: 88,
});
const rewardModelReport = {
  validation: {
    accuracy: figure(0.66),
    log_loss: 0.61,
    baselines: { chance: figure(0.5), longer_text: figure(0.57) },
    scores: [[1, 0.2]],
    by_k: { "4": figure(0.6), "9": { ...figure(0.7), num_pairs: 3600 } },
  },
  train: { log_loss: 0.55 },
  centring: { on: "demonstrations", bias: -0.31 },
  by_labeler: { "4": { value: 0.7, num_pairs: 80 }, "17": { value: 0.6, num_pairs: 300 } },
  warnings: ["Only 12 validation prompts."],
};

test("the accuracy stands beside its baselines (R63)", () => {
  expect(accuracyRows(rewardModelReport).map(({ label, isBaseline }) => [label, isBaseline])).toEqual([
    ["Held-out pairs", false],
    ["Longer text wins", true],
    ["Chance", true],
  ]);
});

test("single figures are named by their place; lists and intervals are not among them", () => {
  expect(singleFigures(rewardModelReport)).toEqual([
    { name: "Validation: log loss", value: 0.61 },
    { name: "Train: log loss", value: 0.55 },
    { name: "Centring: on", value: "demonstrations" },
    { name: "Centring: bias", value: -0.31 },
  ]);
});

test("each part of the pairs comes with the most pairs first (R63)", () => {
  const parts = accuracyBreakdowns(rewardModelReport).map(({ title, rows }) => [
    title,
    rows.map(({ label }) => label),
  ]);
  expect(parts).toEqual([
    ["By labeler", ["Labeler 17", "Labeler 4"]],
    ["By number of completions", ["K = 9", "K = 4"]],
  ]);
});

test.each([[null], [{}], ["text"], [{ validation: { accuracy: { value: null } } }], [[1, 2]]])(
  "the report %j has nothing to draw and breaks nothing",
  (report) => {
    expect(accuracyRows(report)).toEqual([]);
    expect(accuracyBreakdowns(report)).toEqual([]);
    expect(reportWarnings(report)).toEqual([]);
  },
);

test("a list of figures is read as one fact", () => {
  expect(singleFigures({ validation_losses: [2.31, 2.104567] })).toEqual([
    { name: "Validation losses", value: "2.31, 2.105" },
  ]);
});

test("an accuracy without a single held-out pair is said to be missing, not drawn", () => {
  const report = { validation: { accuracy: { value: null, low: null, high: null, num_pairs: 0 } } };

  expect(accuracyRows(report)).toEqual([]);
  expect(lacksHeldOutPairs(report)).toBe(true);
  expect(lacksHeldOutPairs(rewardModelReport)).toBe(false);
});

test("warnings are passed on", () => {
  expect(reportWarnings(rewardModelReport)).toEqual(["Only 12 validation prompts."]);
});

test("a measurement of generalisation sets the labelers left out beside the others (R64)", () => {
  const report = { in_group: figure(0.72), held_out: figure(0.69), folds: [{ fold: 1, seed: 2 }] };

  expect(accuracyRows(report).map(({ label, figure: { value } }) => [label, value])).toEqual([
    ["Labelers it learned from", 0.72],
    ["Labelers left out", 0.69],
  ]);
  expect(singleFigures(report)).toEqual([]);
});
