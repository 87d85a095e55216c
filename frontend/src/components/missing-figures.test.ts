import { expect, test } from "vitest";

import { missingOf, numbersWithoutInterval, withoutIntervalOf } from "./missing-figures";

function figure(reason: string | null) {
  return { value: reason === null ? 0.6 : null, reason_undefined: reason };
}

test("what is not defined is said in words, and what is defined is not mentioned", () => {
  const figures = [
    { name: "Lists", figure: figure(null) },
    { name: "Code", figure: figure("No pair differs in it.") },
  ];

  expect(missingOf(figures)).toEqual(["Code: not defined. No pair differs in it."]);
});

test("those that share a reason share a sentence", () => {
  const figures = [
    { name: "Headings", figure: figure("No pair differs in it.") },
    { name: "Length", figure: figure("All are of one length.") },
    { name: "Code", figure: figure("No pair differs in it.") },
  ];

  expect(missingOf(figures)).toEqual([
    "Headings; Code: not defined. No pair differs in it.",
    "Length: not defined. All are of one length.",
  ]);
});

test("figures without an interval say why, those that are not defined apart", () => {
  const reason = "Every prompt gives the same value.";
  const figures = [
    { name: "Lists", figure: { value: 0.6, reason_no_interval: null } },
    { name: "Code", figure: { value: 1, reason_no_interval: reason } },
    { name: "Links", figure: { value: 0, reason_no_interval: reason } },
    { name: "Tables", figure: { value: null, reason_no_interval: null } },
  ];

  expect(withoutIntervalOf(figures)).toEqual([`Code; Links: no interval. ${reason}`]);
});

test("of a long list it is said how many have no interval, not which", () => {
  const few = { value: 0.5, reason_no_interval: "Too few labelers." };

  expect(
    numbersWithoutInterval(
      [few, { value: 1, reason_no_interval: null }, few, { value: 1, reason_no_interval: "No scatter." }],
      "prompt",
    ),
  ).toEqual(["2 prompts: no interval. Too few labelers.", "1 prompt: no interval. No scatter."]);
});

test("of many that share a reason some are named", () => {
  const figures = ["a", "b", "c", "d", "e", "f", "g", "h", "i"].map((name) => ({
    name,
    figure: figure("Nobody was asked."),
  }));

  expect(missingOf(figures)).toEqual(["a; b; c and 6 more: not defined. Nobody was asked."]);
  expect(missingOf(figures.slice(1))).toEqual(["b; c; d; e; f; g; h; i: not defined. Nobody was asked."]);
});
