import { describe, expect, test } from "vitest";

import { changesOf, differenceOf } from "./text-difference";

const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `Line ${from + index}`).join("\n");

describe("the difference of two texts", () => {
  test("is told word by word", () => {
    expect(differenceOf("Read all first.", "Read all twice.")).toEqual([
      { kind: "same", text: "Read all " },
      { kind: "removed", text: "first" },
      { kind: "added", text: "twice" },
      { kind: "same", text: "." },
    ]);
  });

  test("can be put together to both texts again", () => {
    const before = `${lines(1, 30)}\nלקרוא הכל\n`;
    const after = `${lines(1, 12)}\n\nA new rule.\n${lines(14, 30)}\nלקרוא פעמיים\n`;
    const pieces = differenceOf(before, after);
    const without = (kind: string) =>
      pieces.filter((piece) => piece.kind !== kind).map(({ text }) => text).join("");

    expect(without("added")).toBe(before);
    expect(without("removed")).toBe(after);
  });

  test("of long texts is told line by line", () => {
    const before = lines(1, 2_000);
    expect(differenceOf(before, before.replace("Line 1500\n", "Line 1500, changed\n"))).toContainEqual({
      kind: "added",
      text: "Line 1500, changed\n",
    });
  });
});

describe("the changes alone", () => {
  test("leave out what is far from them", () => {
    const pieces = differenceOf(lines(1, 20), lines(1, 20).replace("Line 10\n", "Line ten\n"));
    expect(changesOf(pieces).map(({ text }) => text).join("")).toBe("…\nLine 9\nLine 10ten\nLine 11\n…");
  });

  test("are none where nothing changed", () => {
    expect(changesOf(differenceOf("Same.", "Same."))).toEqual([]);
  });
});
