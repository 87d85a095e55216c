import { describe, expect, it } from "vitest";

import { linesOf, problemOf } from "./named-lines";

const LIMITS = { max_named: 2, max_characters_named: 3 };

describe("what a candidate names", () => {
  it.each([
    ["", []],
    ["\n  \n", []],
    [" Law \nFootball", ["Law", "Football"]],
    ["two words\r\nnext", ["two words", "next"]],
  ])("%j is read as %j", (text, lines) => {
    expect(linesOf(text)).toEqual(lines);
  });

  it.each([
    [["a", "b"], null],
    [["a", "b", "c"], "tooMany"],
    [["abcd"], "tooLong"],
    // Three characters, six halves.
    [["😀😀😀"], null],
  ] as const)("%j is refused as %j", (lines, problem) => {
    expect(problemOf([...lines], LIMITS)).toBe(problem);
  });
});
