import { expect, test } from "vitest";

import { AS_SHARES, bracketsOf, intervalInWords, positionIn, rangeOf, ticksOf } from "./interval-scale";

test("a range covers everything drawn and ends on tenths inside its bounds", () => {
  // 0.689 - 0.02 -> 0.6 below; 0.734 + 0.02 -> 0.8 above.
  expect(rangeOf([0.689, 0.734])).toEqual([0.6, 0.8]);
  expect(rangeOf([0.5, 0.99])).toEqual([0.4, 1]);
  expect(rangeOf([-0.2, 0.3], [-1, 1])).toEqual([-0.3, 0.4]);
  expect(rangeOf([])).toEqual([0, 1]);
});

test("figures that no bounds hold have a range of their own", () => {
  // Three losses of a sweep: steps of (5.496 - 4.72) / 5 -> 0.2.
  expect(rangeOf([5.496, 5.227, 4.72])).toEqual([4.6, 5.6]);
  expect(rangeOf([-0.331, -0.318])).toEqual([-0.335, -0.315]);
  expect(rangeOf([40, 55])).toEqual([35, 60]);
  expect(rangeOf([2.5])).toEqual([2, 3]);
});

test("positions are percentages that never leave the chart", () => {
  expect(positionIn([0.5, 0.9], 0.7)).toBeCloseTo(50);
  expect(positionIn([0.5, 0.9], 0.4)).toBe(0);
  expect(positionIn([0.5, 0.9], 2)).toBe(100);
});

test("ticks stand on round numbers", () => {
  expect(ticksOf([0.6, 0.8])).toEqual([0.6, 0.7, 0.8]);
  expect(ticksOf([0, 1])).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(ticksOf([-1, 1])).toEqual([-1, -0.5, 0, 0.5, 1]);
  expect(ticksOf([4.6, 5.6])).toEqual([4.6, 4.8, 5, 5.2, 5.4, 5.6]);
  expect(ticksOf([35, 60])).toEqual([35, 40, 45, 50, 55, 60]);
  expect(ticksOf([-0.335, -0.315])).toEqual([-0.335, -0.33, -0.325, -0.32, -0.315]);
});

test("an interval reads as a sentence, a bare figure as itself", () => {
  expect(intervalInWords({ value: 0.7123, low: 0.6891, high: 0.7345 })).toBe(
    "0.712, 95% interval 0.689 to 0.735",
  );
  expect(intervalInWords({ value: 0.5, low: null, high: null })).toBe("0.500");
});

test("what rounds to nothing has no sign", () => {
  const near = { value: -0.0001, low: -0.0304, high: 0.0307 };

  expect(intervalInWords(near)).toBe("0.000, 95% interval -0.030 to 0.031");
  expect(bracketsOf({ ...near, low: -0.0002 }, AS_SHARES)).toBe(" [0.0, 3.1]");
});

test("a share is written in percent, on the axis as well", () => {
  const share = { value: 0.7123, low: 0.6891, high: 0.7345 };

  expect(intervalInWords(share, AS_SHARES)).toBe("71.2%, 95% interval 68.9% to 73.5%");
  expect(bracketsOf(share, AS_SHARES)).toBe(" [68.9, 73.5]");
  // 0.07 * 100 is 7.000000000000001.
  expect([0, 0.07, 0.525, 1].map(AS_SHARES.tick)).toEqual(["0%", "7%", "52.5%", "100%"]);
});
