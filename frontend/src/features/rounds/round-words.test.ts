import { expect, test } from "vitest";

import { failureInWords } from "./round-words";

const run = {
  id: "r",
  name: "Sampling",
  state: "failed" as const,
  reason: "lost",
  reason_detail: "no heartbeat since 12:00",
  step: 0,
  total_steps: null,
  output_model_version: null,
  output_source_id: null,
};

test.each([
  ["lost", /stopped reporting.* It can be begun again\./],
  ["kl_ceiling", /Retry it on its own page with a higher ceiling: the round goes on with the retry\./],
  ["disk_full", /The disk of the worker is full\. Free some space there, then begin it again\./],
  ["nan", /same settings it is likely to end so again/],
  ["comet", /The run ended with the reason "comet"\./],
  [null, /^Its run failed\./],
])("a step whose run ended with %s says what happened and what to do", (reason, words) => {
  expect(failureInWords("ppo", { ...run, reason })).toMatch(words);
});

test("a cancelled run is no fault", () => {
  expect(failureInWords("ppo", { ...run, state: "cancelled", reason: null })).toBe(
    "Its run was cancelled. Begin it again when it is wanted.",
  );
});

test("a sampling that ran out of memory has another budget, which a retry may change", () => {
  expect(failureInWords("sampling", { ...run, reason: "out_of_memory" })).toMatch(/Retry it .* smaller max_rows_per_forward/);
  expect(failureInWords("evaluation", { ...run, reason: "out_of_memory" })).toMatch(/smaller max_rows_per_forward/);
  expect(failureInWords("ppo", { ...run, reason: "out_of_memory" })).toMatch(/smaller max_tokens_per_forward/);
});
