import { expect, test } from "vitest";

import { happenedInWords, reasonInWords } from "./run-reasons";

test("a reason becomes a sentence with a way out; an unknown one is still said", () => {
  expect(reasonInWords({ reason: "out_of_memory", stage: "sft" })).toMatch(/^The accelerator ran out .* max_tokens_per_forward/);
  expect(reasonInWords({ reason: "out_of_memory", stage: "sampling" })).toMatch(/Retry with a smaller max_rows_per_forward/);
  expect(reasonInWords({ reason: "comet", stage: "ppo" })).toBe('The run ended with the reason "comet".');
  expect(reasonInWords({ reason: "", stage: "ppo" })).toBeNull();
});

test("elsewhere than on the run's page what happened is said without that way out", () => {
  expect(happenedInWords({ reason: "disk_full" })).toBe("The disk of the worker is full.");
  expect(happenedInWords({ reason: null })).toBe("");
});
