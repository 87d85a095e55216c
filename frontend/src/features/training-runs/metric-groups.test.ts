import { expect, test } from "vitest";

import type { MetricsPoint } from "@/api/training-types";

import { chartsOf } from "./metric-groups";

const at = (step: number, metrics: MetricsPoint["metrics"]): MetricsPoint => ({
  step,
  phase: "train",
  metrics,
  elapsed_seconds: 1,
  recorded_at: "2026-03-01T12:00:00Z",
});

test("metrics that belong together share a chart, in the order in which they are read (R47)", () => {
  const charts = chartsOf([
    at(1, { odd_figure: 1, learning_rate: 9e-6, loss: 0.69, accuracy: 0.5 }),
    at(2, { odd_figure: 2, learning_rate: 8e-6, loss: 0.6, validation_loss: 0.66, accuracy: 0.6 }),
  ]);

  expect(charts.map(({ title }) => title)).toEqual(["Loss", "Accuracy", "Learning rate", "Odd figure"]);
  expect(charts[0]?.series).toEqual([
    { name: "loss", points: [{ x: 1, y: 0.69 }, { x: 2, y: 0.6 }] },
    { name: "validation loss", points: [{ x: 2, y: 0.66 }] },
  ]);
});

test("PPO's figures of different scale each have their own chart (R47)", () => {
  const charts = chartsOf([
    at(1, {
      policy_loss: 0.01,
      value_loss: 0.4,
      ptx_loss: 3.1,
      clipfrac: 0.1,
      kl: 2,
      approxkl: 0.01,
      reward: 0.2,
      score: 0.3,
      entropy: 2,
      learning_rate: 5e-6,
      value_learning_rate: 9e-6,
      episodes: 512,
    }),
  ]);

  expect(charts.map(({ title, series }) => [title, series.length])).toEqual([
    ["Reward", 2],
    ["KL to the reference", 1],
    ["Policy loss", 1],
    ["Value error", 1],
    ["Pretraining loss", 1],
    ["Clip fraction", 1],
    ["KL of the update", 1],
    ["Entropy", 1],
    ["Learning rate", 2],
  ]);
});

test("a figure that was not finite is no number, so that the table behind the chart can say so", () => {
  expect(chartsOf([at(1, { loss: null })])[0]?.series[0]?.points).toEqual([{ x: 1, y: Number.NaN }]);
});

test("no points, no charts", () => {
  expect(chartsOf([])).toEqual([]);
});
