import { expect, test } from "vitest";

import type { MetricsPoint } from "@/api/training-types";

import { chartsOf } from "./metric-groups";

const at = (step: number, metrics: Record<string, number>, phase = "train"): MetricsPoint => ({
  step,
  phase,
  metrics,
  recorded_at: "2026-03-01T12:00:00Z",
});

test("metrics that belong together share a chart, in the order in which they are read (R47)", () => {
  const charts = chartsOf([
    at(1, { learning_rate: 9e-6, loss: 0.69, accuracy: 0.5, odd_figure: 1 }),
    at(2, { learning_rate: 8e-6, loss: 0.6, accuracy: 0.6, odd_figure: 2 }),
    at(2, { loss: 0.66, accuracy: 0.55 }, "validation"),
  ]);

  expect(charts.map(({ title }) => title)).toEqual(["Loss", "Accuracy", "Learning rate", "Odd figure"]);
  expect(charts[0]?.series).toEqual([
    { name: "loss, train", points: [{ x: 1, y: 0.69 }, { x: 2, y: 0.6 }] },
    { name: "loss, validation", points: [{ x: 2, y: 0.66 }] },
  ]);
  expect(charts[2]?.series[0]?.name).toBe("learning rate");
});

test("the value network's figures never mix with the policy's", () => {
  const charts = chartsOf([
    at(1, { policy_loss: 0.1, value_loss: 0.4, value_clip_fraction: 0, clip_fraction: 0.1, kl: 0, value_learning_rate: 9e-6 }),
  ]);

  const names = Object.fromEntries(charts.map(({ title, series }) => [title, series.map(({ name }) => name)]));
  expect(names).toEqual({
    Loss: ["policy loss"],
    "KL to the reference": ["kl"],
    "Value error": ["value loss"],
    "Clip fraction": ["value clip fraction", "clip fraction"],
    "Learning rate": ["value learning rate"],
  });
});

test("no points, no charts", () => {
  expect(chartsOf([])).toEqual([]);
});
