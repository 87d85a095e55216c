import { expect, test } from "vitest";

import { missingOf } from "./missing-figures";

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
