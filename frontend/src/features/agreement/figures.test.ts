import { expect, test } from "vitest";

import type { Figure } from "@/api/research-types";

import { figureText, intervalOf, intervalText, noteOf, sizeText, tileSizeText } from "./figures";

const figure: Figure = {
  value: 0.7261,
  low: 0.711,
  high: 0.741,
  num_pairs: 1204,
  num_prompts: 88,
  reason_undefined: null,
  reason_no_interval: null,
  chance: 0.5,
};

test("shares read as percentages, coefficients as numbers", () => {
  expect(figureText("strict", 0.7261)).toBe("72.6%");
  expect(figureText("alpha_nominal", 0.2394)).toBe("0.239");
  expect(figureText("fleiss_kappa", -0.05)).toBe("-0.050");
});

test("a figure that is not defined has no text and nothing to draw, never NaN", () => {
  expect(figureText("strict", null)).toBeNull();
  expect(figureText("strict", Number.NaN)).toBeNull();
  expect(intervalOf({ value: null, low: null, high: null })).toBeNull();
});

test("an interval is said, or why there is none", () => {
  expect(intervalText("strict", figure)).toBe("95% interval 71.1% to 74.1%");
  expect(
    intervalText("strict", { ...figure, low: null, high: null, reason_no_interval: "Only 3 prompts." }),
  ).toBe("Only 3 prompts.");
});

test("the size says what it counts", () => {
  expect(sizeText(figure, "comparisons between two labelers")).toBe(
    "1,204 comparisons between two labelers, on 88 prompts",
  );
});

test("the note of a row says why it has no interval", () => {
  expect(noteOf(figure, "answers")).toBe("1,204 answers, on 88 prompts");
  expect(noteOf({ ...figure, reason_no_interval: "Only 3 prompts." }, "answers")).toBe(
    "1,204 answers, on 88 prompts. Only 3 prompts.",
  );
});

test("a tile of circles says how many they are of how many threes, any other how much it counts", () => {
  const words = { label: "", definition: "", counted: "threes of completions", made_of: "threes" as const };
  const circles = { ...figure, ...words, key: "circles" as const, value: 116 / 2295, num_pairs: 2295, num_prompts: 16 };

  expect(tileSizeText(circles)).toBe("116 of 2,295 threes of completions, on 16 prompts");
  expect(tileSizeText({ ...circles, key: "ternary" })).toBe("2,295 threes of completions, on 16 prompts");
});
