import { expect, test } from "vitest";

import { priceOf, rateOf } from "./prices";
import { cellText } from "./table-cells";

test("pay is a number above zero, with a comma or a point", () => {
  expect(rateOf("12,5")).toBe(12.5);
  expect(["", " ", "0", "-3", "a lot", "Infinity"].map(rateOf)).toEqual(Array(6).fill(null));
});

test("a pair of half a minute at 24 an hour costs 0.2", () => {
  expect(priceOf(0.5, 24)).toBe("0.200");
  expect(priceOf(600, 24)).toBe("240.00");
  expect(priceOf(0, 24)).toBe("0.00");
});

test("a cell of a table reads as the paper prints it, and undefined is a dash", () => {
  expect(cellText(0.456, "share")).toBe("45.6%");
  expect(cellText(12725, "count")).toBe("12,725");
  expect([1.654, 432.6].map((value) => cellText(value, "measure"))).toEqual(["1.65", "433"]);
  expect(cellText(null, "count")).toBe("–");
});
