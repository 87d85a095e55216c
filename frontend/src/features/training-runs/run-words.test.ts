import { expect, test } from "vitest";

import { lossInWords, shareOf, waitInWords, wishInWords } from "./run-words";

test("progress never passes the end and is nothing while the length is unknown", () => {
  expect(shareOf({ state: "running", step: 30, total_steps: 120 })).toBe(0.25);
  expect(shareOf({ state: "running", step: 130, total_steps: 120 })).toBe(1);
  expect(shareOf({ state: "queued", step: 0, total_steps: null })).toBe(0);
  expect(shareOf({ state: "succeeded", step: 0, total_steps: null })).toBe(1);
});

test.each([
  ["gpu_worker", { silent_seconds: null }, "no GPU worker has ever reported in"],
  ["gpu_worker", { silent_seconds: 240 }, "no GPU worker online (last seen 4 min 0 s ago)"],
  ["free_slot", {}, "waiting for a free GPU"],
  ["next_attempt", { starts_in_seconds: 30 }, "next attempt in 30 s"],
  ["dispatch", {}, "starts within seconds"],
] as const)("a run that waits for %s says so", (cause, facts, words) => {
  const wait = { waiting_for: cause, silent_seconds: null, starts_in_seconds: null, ...facts };
  expect(waitInWords(wait)).toBe(words);
});

test("what was asked of a run at work is said until it is done", () => {
  expect(wishInWords({ asked_to: "pause" })).toMatch(/saves a checkpoint/);
  expect(wishInWords({ asked_to: "cancel" })).toMatch(/next step/);
  expect(wishInWords({ asked_to: "kill" })).toMatch(/within seconds/);
  expect(wishInWords({ asked_to: null })).toBe("");
});

test("the question before a kill counts what is lost and names what keeps it", () => {
  const can = { cancel: true, kill: true, pause: true, resume: false, retry: false };

  expect(lossInWords({ step: 1200, can })).toMatch(/The 1,200 steps .* leave no model/);
  expect(lossInWords({ step: 1, can })).toMatch(/The step that it has made leave/);
  expect(lossInWords({ step: 0, can })).toMatch(/It has made no step yet/);
  expect(lossInWords({ step: 5, can })).toMatch(/Pause it instead/);
  expect(lossInWords({ step: 5, can: { ...can, pause: false } })).not.toMatch(/Pause/);
});
