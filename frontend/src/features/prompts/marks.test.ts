import { describe, expect, it } from "vitest";

import { marksIn } from "./marks";

describe("marks in a text", () => {
  it("count characters and not their halves", () => {
    const findings = [{ kind: "email" as const, start: 2, end: 5, score: 1 }];
    expect(marksIn("😀 a@b.", findings)).toEqual([
      { text: "😀 ", kind: null },
      { text: "a@b", kind: "email" },
      { text: ".", kind: null },
    ]);
  });

  it("give the text back whole", () => {
    const findings = [
      { kind: "phone" as const, start: 4, end: 6, score: 1 },
      { kind: "email" as const, start: 0, end: 2, score: 1 },
    ];
    const parts = marksIn("abcdef", findings);
    expect(parts.map(({ text }) => text).join("")).toBe("abcdef");
    expect(parts.map(({ kind }) => kind)).toEqual(["email", null, "phone"]);
  });

  it("are none where nothing was found", () => {
    expect(marksIn("abc", [])).toEqual([{ text: "abc", kind: null }]);
    expect(marksIn("", [])).toEqual([]);
  });
});
