import { expect, test } from "vitest";

import { record, redo, startHistory, undo } from "./undo-history";

test("what was undone can be redone until something new happens", () => {
  const three = record(record(startHistory(1), 2), 3);

  expect(undo(three).present).toBe(2);
  expect(undo(undo(undo(three))).present).toBe(1);
  expect(redo(undo(three))).toEqual(three);
  expect(redo(record(undo(three), 9)).present).toBe(9);
});

test("a run of changes of one name is undone at once", () => {
  const typed = record(record(record(startHistory(""), "a", "note"), "ab", "note"), "ab!", "other");

  expect(undo(typed).present).toBe("ab");
  expect(undo(undo(typed)).present).toBe("");
});

test("no change leaves nothing to undo", () => {
  const history = startHistory(1);

  expect(record(history, 1)).toBe(history);
});
