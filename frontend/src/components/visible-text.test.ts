import { describe, expect, test } from "vitest";

import { blocksOf, openingOf, piecesOf } from "./visible-text";

describe("what cannot be seen is named", () => {
  test.each([
    ["plain text\n\twith a tab", [{ kind: "text", text: "plain text\n\twith a tab" }]],
    [
      "a\u202eb",
      [
        { kind: "text", text: "a" },
        { kind: "control", name: "RLO" },
        { kind: "text", text: "b" },
      ],
    ],
    ["\u0000", [{ kind: "control", name: "NUL" }]],
    ["\u0085", [{ kind: "control", name: "U+0085" }]],
    ["\u{e0041}", [{ kind: "control", name: "U+E0041" }]],
    ["\ud800", [{ kind: "control", name: "U+D800" }]],
    ["", []],
  ])("%j", (text, pieces) => {
    expect(piecesOf(text)).toEqual(pieces);
  });

  test.each(["👩‍💻 café", "می‌خواهم", "שלום עולם", "a\r\nb"])("%j stays whole", (text) => {
    expect(piecesOf(text)).toEqual([{ kind: "text", text: text.replace("\r", "") }]);
  });
});

describe("code between fences", () => {
  test("is a block of its own, its fences with it", () => {
    const text = "Try:\n```python\nprint(1)\n```\nDone.";

    expect(blocksOf(text)).toEqual([
      { kind: "prose", text: "Try:" },
      { kind: "code", text: "```python\nprint(1)\n```" },
      { kind: "prose", text: "Done." },
    ]);
  });

  test.each(["", "\n\n", "```", "a\n```\nb", "```\n```\n```\nx", "a\n\n```js\n\n```\n"])(
    "no character of %j is lost",
    (text) => {
      expect(
        blocksOf(text)
          .map((block) => block.text)
          .join("\n"),
      ).toBe(text);
    },
  );
});

test("an opening is one line that no control character can turn round", () => {
  expect(openingOf("  a\u202egnp\n\nb\u200bc   d", 7)).toBe("agnp bc");
});
