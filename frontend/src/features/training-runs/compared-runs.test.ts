import { expect, test } from "vitest";

import type { MetricsPoint } from "@/api/training-types";
import { metric, run, stages } from "@/testing/training";

import {
  comparedFacts,
  comparedFigures,
  comparedHyperparameters,
  comparedIds,
  comparingCharts,
  letterOf,
  runsByLetter,
  toggled,
} from "./compared-runs";

const at = (step: number, metrics: MetricsPoint["metrics"]): MetricsPoint => ({
  step,
  phase: "train",
  metrics,
  elapsed_seconds: 1,
  recorded_at: "2026-03-01T12:00:00Z",
});
const other = { ...run, id: "00000008-0000-4000-8000-000000000008" };

test("an address names each run once and no more than four", () => {
  expect(comparedIds("a, b,a,,c,d,e")).toEqual(["a", "b", "c", "d"]);
  expect(comparedIds("")).toEqual([]);
});

test("marking a run twice unmarks it, and a fifth is not taken", () => {
  expect(toggled(["a"], "b")).toEqual(["a", "b"]);
  expect(toggled(["a", "b"], "a")).toEqual(["b"]);
  expect(toggled(["a", "b", "c", "d"], "e")).toEqual(["a", "b", "c", "d"]);
});

test("runs are called by letters, in the order in which they were marked", () => {
  expect([0, 1, 2, 3].map(letterOf)).toEqual(["A", "B", "C", "D"]);
  expect(runsByLetter([{ name: "First try" }, { name: "Second try" }])).toBe("A: First try. B: Second try.");
});

test("each figure has a chart in which every run keeps its place, with or without points", () => {
  const charts = comparingCharts(
    [
      { name: "a", points: [at(1, { loss: 0.7 }), at(2, { loss: 0.6, odd_figure: 1 })] },
      { name: "b", points: [at(1, { accuracy: 0.5 })] },
    ],
    [metric("loss", { title: "Loss", chart: "Loss" }), metric("accuracy", { title: "Accuracy", chart: "A", low: 0.6 })],
  );

  expect(charts.map(({ title }) => title)).toEqual(["Loss", "Accuracy", "Odd figure"]);
  expect(charts[0]?.series).toEqual([
    { name: "a", points: [{ x: 1, y: 0.7 }, { x: 2, y: 0.6 }] },
    { name: "b", points: [] },
  ]);
  expect(charts[1]?.band).toEqual({ low: 0.6, high: null });
});

test("hyperparameters that differ come first, in the order of their stage, and say which was changed", () => {
  const rows = comparedHyperparameters(
    [
      { ...run, hyperparameters: { batch_size: 64, learning_rate: 9e-6 }, changed: [] },
      { ...other, hyperparameters: { batch_size: 64, learning_rate: 1e-5, epochs: 1 }, changed: ["learning_rate"] },
    ],
    stages,
  );

  expect(rows.map(({ name, values, isDifferent }) => [name, values, isDifferent])).toEqual([
    ["epochs", ["", "1"], true],
    ["learning_rate", ["9e-6", "1e-5"], true],
    ["batch_size", ["64", "64"], false],
  ]);
  expect(rows[1]?.isChanged).toEqual([false, true]);
});

test("seeds, inputs and reported figures stand beside each other", () => {
  const facts = comparedFacts([run, { ...other, seed: 8, inputs: {} }]);

  expect(facts.find(({ name }) => name === "Seed")?.values).toEqual(["7", "8"]);
  expect(facts.find(({ name }) => name === "Weights")).toBeUndefined();
  expect(facts.find(({ name }) => name === "Rankings")?.values).toEqual(["Week 12, all projects", ""]);
  expect(comparedFigures([{ ...run, report: { log_loss: 0.61234 } }, { ...other, report: {} }])).toEqual([
    { name: "Log loss", values: ["0.6123", ""], isChanged: [false, false], isDifferent: true },
  ]);
});

test("what two runs of several policies differ in is said", () => {
  const facts = comparedFacts([
    { ...run, stage: "sampling", weights: { policy: 1, policy_2: 1 }, evaluations: [] },
    { ...other, stage: "sampling", weights: { policy: 3, policy_2: 1 }, evaluations: ["answer_length"] },
  ]);

  expect(facts.find(({ name }) => name === "Weights")?.isDifferent).toBe(true);
  expect(facts.find(({ name }) => name === "Automatic evaluations")?.values).toEqual(["", "answer_length"]);
});
