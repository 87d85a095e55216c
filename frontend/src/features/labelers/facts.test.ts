import { describe, expect, test } from "vitest";

import type { WorkFact } from "@/api/research-types";

import { differenceText, endsText, expectedText, intervalOf, missingText, rangeText, scaleOf, valueText } from "./facts";

const fact: WorkFact = {
  key: "position_preference",
  value: 0.4,
  low: 0.31,
  high: 0.49,
  num_counted: 88,
  expected: 0.25,
  p_value: 0.0004,
  reason_undefined: null,
  reason_no_interval: null,
  p_beside_all: null,
  mark: null,
};

describe("a fact in words", () => {
  test.each([
    ["share", 0.125, "12.5%"],
    ["minutes", 3.25, "3.3 min"],
    ["seconds", 41.4, "41 s"],
    ["correlation", 0.314, "+0.31"],
    ["correlation", -0.314, "−0.31"],
    ["share", null, null],
    ["share", Number.NaN, null],
  ] as const)("%s %s is %s", (unit, value, words) => {
    expect(valueText(unit, value)).toBe(words);
  });

  test("what is missing of a fact is said in short, any other reason is not", () => {
    const reason = "Repeated tasks so far: 3. At least 10 are needed, 7 more than that.";
    const few = { ...fact, value: null, num_counted: 3, reason_undefined: reason };

    expect(missingText(few)).toBe("n = 3 of 10 needed");
    expect(missingText({ ...few, reason_undefined: "A researcher's own rankings are compared with." })).toBeNull();
    expect(missingText(fact)).toBeNull();
  });

  test("the ends of an interval stand under a figure with their unit once", () => {
    expect(endsText("share", fact)).toBe("31.0 to 49.0%");
    expect(endsText("minutes", { low: 2.1, high: 3.42 })).toBe("2.1 to 3.4 min");
    expect(endsText("points", { low: -0.12, high: 0.3 })).toBe("−0.12 to +0.30 points");
    expect(endsText("share", { low: null, high: 0.4 })).toBeNull();
  });

  test("an interval with one end is none", () => {
    expect(rangeText("share", fact)).toBe("95% interval 31.0% to 49.0%");
    expect(rangeText("share", { ...fact, low: null })).toBeNull();
  });

  test("a test says how often chance alone goes as far", () => {
    expect(expectedText("share", fact)).toBe(
      "expected 25.0%, as far off by chance in less than 0.1% of cases",
    );
    expect(expectedText("share", { ...fact, p_value: 0.31 })).toMatch(/in 31.0% of cases$/);
    expect(expectedText("share", { ...fact, p_value: null })).toBe("chance 25.0%");
    expect(expectedText("share", { ...fact, expected: null })).toBeNull();
  });
});

describe("the scale", () => {
  test("shares and correlations have their own ends, times reach a little beyond the longest", () => {
    const drawn = { value: 4, low: 3, high: 10 };
    expect(scaleOf("share", [drawn])).toEqual([0, 1]);
    expect(scaleOf("correlation", [drawn])).toEqual([-1, 1]);
    expect(scaleOf("minutes", [drawn, null])).toEqual([0, 11]);
  });

  test("what is not defined is not drawn", () => {
    expect(intervalOf({ ...fact, value: null, reason_undefined: "Too few." })).toBeNull();
    expect(intervalOf(undefined)).toBeNull();
  });
});

test("the difference of two shares is in points, with its sign", () => {
  expect(differenceText(0.125)).toBe("+12.5");
  expect(differenceText(-0.03)).toBe("−3.0");
});
