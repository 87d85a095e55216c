import { expect, test } from "vitest";

import type { MetricsPoint, StageMetric } from "@/api/training-types";
import { metric } from "@/testing/training";

import { chartsOf } from "./metric-groups";

const at = (step: number, metrics: MetricsPoint["metrics"]): MetricsPoint => ({
  step,
  phase: "train",
  metrics,
  elapsed_seconds: 1,
  recorded_at: "2026-03-01T12:00:00Z",
});
const GLOSSARY: StageMetric[] = [
  metric("loss", { chart: "Loss", unit: "nats per token" }),
  metric("validation_loss", { title: "Validation loss", chart: "Loss", unit: "nats per token" }),
  metric("accuracy", { chart: "Accuracy", low: 0.6, high: 0.8 }),
  metric("pairs"),
  metric("ratio", { title: "Policy ratio", chart: "Policy ratio", low: 0.9, high: 1.1 }),
  metric("first_ratio", { title: "First ratio", chart: "Policy ratio", low: 0.99, high: 1.01 }),
  metric("learning_rate", { title: "Learning rate", chart: "Learning rate" }),
];

test("figures that belong together share a chart, in the order in which they are read (R47)", () => {
  const charts = chartsOf(
    [
      at(1, { odd_figure: 1, learning_rate: 9e-6, loss: 0.69, accuracy: 0.5 }),
      at(2, { odd_figure: 2, learning_rate: 8e-6, loss: 0.6, validation_loss: 0.66, accuracy: 0.6 }),
    ],
    GLOSSARY,
  );

  expect(charts.map(({ title }) => title)).toEqual(["Loss", "Accuracy", "Learning rate", "Odd figure"]);
  expect(charts[0]).toMatchObject({
    unit: "nats per token",
    series: [
      { name: "loss", points: [{ x: 1, y: 0.69 }, { x: 2, y: 0.6 }] },
      { name: "Validation loss", points: [{ x: 2, y: 0.66 }] },
    ],
  });
});

test("a chart is banded where the first of its figures with a healthy range is healthy", () => {
  const charts = chartsOf([at(1, { first_ratio: 1, ratio: 1.02, loss: 0.7, accuracy: 0.5 })], GLOSSARY);

  expect(charts.map(({ title, band }) => [title, band])).toEqual([
    ["Loss", null],
    ["Accuracy", { low: 0.6, high: 0.8 }],
    ["Policy ratio", { low: 0.9, high: 1.1 }],
  ]);
});

test("what only counts up is not drawn", () => {
  expect(chartsOf([at(1, { pairs: 36 })], GLOSSARY)).toEqual([]);
});

test("without a glossary every figure is still drawn, under its own name", () => {
  const charts = chartsOf([at(1, { value_loss: 0.4, loss: 1 })], []);

  expect(charts.map(({ title, metrics }) => [title, metrics])).toEqual([
    ["Value loss", []],
    ["Loss", []],
  ]);
});

test("a figure that was not finite is no number, so that the table behind the chart can say so", () => {
  const [chart] = chartsOf([at(1, { loss: null })], GLOSSARY);

  expect(chart?.series[0]?.points).toEqual([{ x: 1, y: Number.NaN }]);
});

test("no points, no charts", () => {
  expect(chartsOf([], GLOSSARY)).toEqual([]);
});
