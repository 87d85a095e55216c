import { expect, test } from "vitest";

import { metric } from "@/testing/training";

import { reportedIn } from "./reported";

const FIGURES = [
  metric("train.loss"),
  metric("validation.loss"),
  metric("validation.by_k.*"),
  metric("seeds[].accuracy"),
];

test("only what the report holds is explained; empty lists and nulls are not there", () => {
  const report = { train: { loss: 0 }, validation: { loss: null, by_k: { "4": {} } }, seeds: [] };

  expect(reportedIn(report, FIGURES).map(({ name }) => name)).toEqual(["train.loss", "validation.by_k.*"]);
});

test("a report that is no tree explains nothing", () => {
  expect(reportedIn(null, FIGURES)).toEqual([]);
});
