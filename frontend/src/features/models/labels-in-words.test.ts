import { expect, test } from "vitest";

import { headlineOf } from "./headline";
import { labelsInWords } from "./labels-in-words";

const labels = {
  num_rankings: 2410,
  num_demonstrations: 1,
  num_labelers: 38,
  first_at: "2026-03-03",
  last_at: "2026-03-09",
  ranking_ids: [],
};
const dateOf = (moment: string) => moment;

test("the labels behind a model are counted with their people and dates (R53)", () => {
  expect(labelsInWords(labels, dateOf)).toBe(
    "2,410 rankings and 1 demonstration by 38 labelers, 2026-03-03 to 2026-03-09.",
  );
  expect(labelsInWords({ ...labels, num_demonstrations: 0, last_at: "2026-03-03" }, dateOf)).toBe(
    "2,410 rankings by 38 labelers, on 2026-03-03.",
  );
});

test("a base model has nobody's labels behind it", () => {
  const none = { ...labels, num_rankings: 0, num_demonstrations: 0, num_labelers: 0 };

  expect(labelsInWords(none, dateOf)).toBe("No human label stands behind this version.");
});

test("a reward model is judged by its held-out accuracy, other versions by none", () => {
  const report = { validation: { accuracy: { value: 0.66, low: 0.64, high: 0.68 } } };

  expect(headlineOf({ report, evidence: null })).toBe("accuracy 0.660 [0.640, 0.680]");
  expect(headlineOf({ report: {}, evidence: null })).toBeNull();
});

test("a policy is judged in a list by the win rate that it was promoted on", () => {
  const evidence = { kind: "human_evaluation" as const, value: 0.62, low: 0.55, high: 0.69, num_labelers: 4, num_prompts: 60 };

  expect(headlineOf({ report: {}, evidence })).toBe("win rate 0.620 [0.550, 0.690], 4 labelers");
});
