import { expect, test } from "vitest";

import { priceOf, rateOf } from "./prices";
import { writerOf } from "./table-cells";

test("pay is a number above zero, with a comma or a point", () => {
  expect(rateOf("12,5")).toBe(12.5);
  expect(["", " ", "0", "-3", "a lot", "Infinity"].map(rateOf)).toEqual(Array(6).fill(null));
});

test("a pair of half a minute at 24 an hour costs 0.2", () => {
  expect(priceOf(0.5, 24)).toBe("0.200");
  expect(priceOf(600, 24)).toBe("240.00");
  expect(priceOf(3600.1, 24)).toBe("1,440.04");
  expect(priceOf(0, 24)).toBe("0.00");
});

test("a cell of a table reads as the paper prints it, and undefined is a dash", () => {
  expect(writerOf("share", [0.456])(0.456)).toBe("45.6%");
  expect(writerOf("count", [12725])(12725)).toBe("12,725");
  expect(writerOf("count", [12, null])(null)).toBe("–");
});

test("the measures of a column have as many places each", () => {
  const lengths = [1.654, 432.6, 1795];

  expect(lengths.map(writerOf("measure", lengths))).toEqual(["1.7", "432.6", "1,795.0"]);
  // Least, median and most are whole numbers more often than not.
  expect([43, 1795, null].map(writerOf("measure", [43, 1795, null]))).toEqual(["43", "1,795", "–"]);
});
