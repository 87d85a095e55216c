import { expect, test } from "vitest";

import { rankings } from "@/testing/training";

import { groundsOf } from "./run-estimate";
import { snapshotBefore, snapshotChange, snapshotFacts } from "./snapshot-facts";

const before = {
  ...rankings,
  id: "before",
  name: "Week 11",
  sha256: "c".repeat(64),
  num_records: 500,
  counts: { rankings: 2000, pairs: 20_000, labelers: 39 },
  created_at: "2026-02-22T12:00:00Z",
};

test("frozen data says its pairs, its labelers and its split", () => {
  const split = { ...rankings, counts: { ...rankings.counts, train: 550, validation: 62 } };

  expect(snapshotFacts(split)).toContain("612 records (550 to train on, 62 held out), 21,874 pairs without ties");
  expect(snapshotFacts(rankings)).toContain("612 records, 21,874 pairs without ties, 38 labelers, frozen ");
});

test("it is compared with the newest older one of its kind", () => {
  const older = { ...before, id: "older", name: "Week 10", created_at: "2026-02-15T12:00:00Z" };
  const prompts = { ...before, id: "prompts", kind: "ppo" as const, created_at: "2026-02-28T12:00:00Z" };

  expect(snapshotBefore(rankings, [older, rankings, before, prompts])?.name).toBe("Week 11");
  expect(snapshotChange(rankings, [before, rankings])).toBe(
    "Since Week 11: +112 records, +1,874 pairs, −1 labelers.",
  );
  expect(snapshotChange(before, [before, rankings])).toBeNull();
});

test("the same records are called the same", () => {
  expect(snapshotChange(rankings, [{ ...before, sha256: rankings.sha256 }])).toBe("The same records as Week 11.");
});

test("a time without grounds is not defined", () => {
  const none = { seconds: null, num_runs: 0, off_by: null, memory_bytes: 1, is_memory_measured: false, disk_bytes: 1, num_processes: 1, num_records: 1 };

  expect(groundsOf({ ...none, reason_undefined: "no run of this stage has ended yet" })).toBe(
    "The time is not defined: no run of this stage has ended yet.",
  );
});
