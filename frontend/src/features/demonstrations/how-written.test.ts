import { expect, test } from "vitest";

import { countChange, insertedLength } from "./how-written";

test.each([
  ["", "abc", 3],
  ["abc", "abc", 0],
  ["abc", "abXc", 1],
  ["aaa", "aaaa", 1],
  ["abc", "", 0],
  ["one two", "one three", 4],
  ["select all", "new", 3],
])("from %j to %j came %i characters", (previous, next, inserted) => {
  expect(insertedLength(previous, next)).toBe(inserted);
});

test.each([
  ["insertText", { typed: 3, pasted: 0 }],
  ["insertLineBreak", { typed: 3, pasted: 0 }],
  ["insertCompositionText", { typed: 3, pasted: 0 }],
  ["insertReplacementText", { typed: 3, pasted: 0 }],
  ["insertFromPaste", { typed: 1, pasted: 2 }],
  ["insertFromDrop", { typed: 1, pasted: 2 }],
  [undefined, { typed: 1, pasted: 2 }],
  ["historyUndo", { typed: 1, pasted: 0 }],
  ["restoreVersion", { typed: 1, pasted: 0 }],
])("%s of two characters", (inputType, expected) => {
  expect(countChange({ typed: 1, pasted: 0 }, "a", "abc", inputType)).toEqual(expected);
});

test("deleting takes nothing away from what was typed", () => {
  expect(countChange({ typed: 5, pasted: 0 }, "hello", "", "deleteContentBackward")).toEqual({
    typed: 5,
    pasted: 0,
  });
});

test("a text whose beginning nobody watched is never counted", () => {
  expect(countChange(null, "a", "ab", "insertText")).toBeNull();
});
