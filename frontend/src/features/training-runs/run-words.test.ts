import { expect, test } from "vitest";

import { reasonInWords, shareOf } from "./run-words";

test("a reason becomes a sentence with a way out; an unknown one is still said", () => {
  expect(reasonInWords({ state: "failed", reason: "out_of_memory" })).toMatch(/max_tokens_per_forward/);
  expect(reasonInWords({ state: "failed", reason: "comet" })).toBe('The run ended with the reason "comet".');
  expect(reasonInWords({ state: "running", reason: "" })).toBeNull();
});

test("progress never passes the end and is nothing while the length is unknown", () => {
  expect(shareOf({ state: "running", step: 30, total_steps: 120 })).toBe(0.25);
  expect(shareOf({ state: "running", step: 130, total_steps: 120 })).toBe(1);
  expect(shareOf({ state: "queued", step: 0, total_steps: null })).toBe(0);
  expect(shareOf({ state: "succeeded", step: 0, total_steps: null })).toBe(1);
});
