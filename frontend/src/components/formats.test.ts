import { expect, test } from "vitest";

import {
  countOf,
  formatAgo,
  formatBytes,
  formatCount,
  formatDuration,
  formatMeasure,
  formatShare,
  formatTick,
} from "./formats";

test.each([
  [0, "0"],
  [0.69314718, "0.6931"],
  [9e-6, "9.00e-6"],
  [-0.00005, "-5.00e-5"],
  [12.3456, "12.35"],
  [1, "1"],
  [256000, "256,000"],
  [1e9, "1.00e9"],
  [Number.NaN, "not a number"],
  [-Infinity, "infinite"],
])("the measure %d reads %s", (value, text) => {
  expect(formatMeasure(value)).toBe(text);
});

test.each([
  [5e-6, "5e-6"],
  [0.05, "0.05"],
  [-2, "-2"],
  [20000, "20,000"],
])("the place %d on an axis reads %s", (value, text) => {
  expect(formatTick(value)).toBe(text);
});

test.each([
  [0, "0 s"],
  [59.6, "1 min 0 s"],
  [61, "1 min 1 s"],
  [3 * 3600 + 7 * 60 + 30, "3 h 7 min"],
  [49 * 3600, "2 d 1 h"],
  [-5, "0 s"],
])("%d seconds read %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test.each([
  [999, "999 B"],
  [1000, "1.0 kB"],
  [538_100_000, "538 MB"],
  [2_600_000_000, "2.6 GB"],
])("%d bytes read %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  ["2026-03-01T11:59:40Z", "just now"],
  ["2026-03-01T11:56:00Z", "4 min ago"],
  ["2026-03-01T05:00:00Z", "7 h ago"],
  ["2026-02-26T12:00:00Z", "3 d ago"],
  ["2026-03-01T14:00:00Z", "in 2 h"],
  ["2025-11-21T12:00:00Z", "21 Nov 2025"],
])("%s is %s", (moment, text) => {
  expect(formatAgo(moment, new Date("2026-03-01T12:00:00Z"))).toBe(text);
});

test("counts carry their noun in the right number", () => {
  expect(countOf(1, "ranking")).toBe("1 ranking");
  expect(countOf(2410, "ranking")).toBe("2,410 rankings");
  expect(countOf(0, "labeler")).toBe("0 labelers");
  expect(countOf(2, "policy", "policies")).toBe("2 policies");
  expect(formatCount(1_000_000)).toBe("1,000,000");
  expect(formatShare(0.7261)).toBe("72.6%");
});
