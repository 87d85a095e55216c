import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ApiError, unreachable } from "./errors";
import { clientKeyFor, forgetClientKey, Submission } from "./submission";

const down = () => unreachable(new TypeError());

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("a server that stumbles is asked again, later each time, until it answers", async () => {
  const send = vi
    .fn()
    .mockRejectedValueOnce(down())
    .mockRejectedValueOnce(new ApiError(502, "x", "Bad gateway.", {}, null))
    .mockResolvedValue({});
  const submission = new Submission();

  submission.begin(send);
  await vi.advanceTimersByTimeAsync(0);
  expect(submission.getState()).toMatchObject({ phase: "waiting", attempt: 1 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(send).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(2_000);

  expect(send).toHaveBeenCalledTimes(3);
  expect(submission.getState()).toEqual({ phase: "accepted" });
});

test("a double click sends one answer", async () => {
  const send = vi.fn(() => new Promise(() => undefined));
  const submission = new Submission();

  submission.begin(send);
  submission.begin(send);
  await vi.advanceTimersByTimeAsync(0);

  expect(send).toHaveBeenCalledTimes(1);
});

test("a refusal is not sent again by itself, and a corrected answer may follow", async () => {
  const send = vi
    .fn()
    .mockRejectedValueOnce(new ApiError(422, "incomplete_ranking", "C is missing.", {}, null))
    .mockResolvedValue({});
  const submission = new Submission();

  submission.begin(send);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(send).toHaveBeenCalledTimes(1);
  expect(submission.getState()).toMatchObject({ phase: "refused" });
  submission.begin(send);
  await vi.advanceTimersByTimeAsync(0);

  expect(submission.getState()).toEqual({ phase: "accepted" });
});

test("stopping ends the retries", async () => {
  const send = vi.fn().mockRejectedValue(down());
  const submission = new Submission();

  submission.begin(send);
  await vi.advanceTimersByTimeAsync(0);
  submission.stop();
  await vi.advanceTimersByTimeAsync(60_000);

  expect(send).toHaveBeenCalledTimes(1);
  expect(submission.getState()).toEqual({ phase: "idle" });
});

test("the key of an answer is the same after a reload and new after it was accepted", () => {
  const first = clientKeyFor("a1");

  expect(clientKeyFor("a1")).toBe(first);
  expect(clientKeyFor("a2")).not.toBe(first);
  forgetClientKey("a1");
  expect(clientKeyFor("a1")).not.toBe(first);
});
