import { describe, expect, test } from "vitest";

import { KEY_COMMANDS } from "./commands";
import { commandFor, commandWithId, keyOf, printedKey, refusalOf, withKey } from "./keyboard";
import type { KeyPress, Situation } from "./keyboard";

function press(code: string, change: Partial<KeyPress> = {}): KeyPress {
  const modifiers = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };
  return { code, key: "", ...modifiers, ...change };
}
const shift = { shiftKey: true };
const control = { ctrlKey: true };
function during(change: Partial<Situation> = {}): Situation {
  return { phase: "rate", kind: "ranking", isComparing: false, ...change };
}

describe("the rate pass", () => {
  test.each([
    [press("Digit1"), { kind: "rate", rating: 1 }],
    [press("Numpad7"), { kind: "rate", rating: 7 }],
    [press("Digit8"), null],
    [press("Digit0"), { kind: "no-other-problems" }],
    [press("KeyQ"), { kind: "flag", index: 0 }],
    [press("KeyA"), { kind: "flag", index: 5 }],
    [press("KeyZ"), { kind: "flag", index: 10 }],
    [press("ArrowDown"), { kind: "step", by: 1 }],
    [press("Equal"), null],
    [press("Digit0", shift), { kind: "no-problems-anywhere" }],
  ])("%o asks for %o", (pressed, command) => {
    expect(commandFor(pressed, during())).toEqual(command);
  });
});

describe("the order pass", () => {
  test.each([
    [press("KeyA"), { kind: "select", index: 0 }],
    [press("KeyI"), { kind: "select", index: 8 }],
    [press("Digit9"), { kind: "place", tier: 8 }],
    [press("Digit0"), null],
    [press("KeyQ"), null],
    [press("ArrowUp"), { kind: "move", direction: -1 }],
    [press("ArrowDown", shift), { kind: "own-tier", direction: 1 }],
    [press("Equal"), { kind: "tie" }],
    [press("Slash"), { kind: "split" }],
    [press("KeyA", shift), null],
  ])("%o asks for %o", (pressed, command) => {
    expect(commandFor(pressed, during({ phase: "order" }))).toEqual(command);
  });
});

describe.each(["rate", "order"] as const)("in the %s pass", (phase) => {
  test.each([
    [press("KeyJ"), { kind: "step", by: 1 }],
    [press("KeyK"), { kind: "step", by: -1 }],
    [press("Tab"), { kind: "toggle-phase" }],
    [press("Tab", shift), null],
    [press("Space"), { kind: "page", by: 1 }],
    [press("Space", shift), { kind: "page", by: -1 }],
    [press("KeyP"), { kind: "fold-prompt" }],
    [press("KeyM"), { kind: "raw" }],
    [press("KeyN"), { kind: "note" }],
    [press("KeyN", shift), { kind: "question" }],
    [press("KeyO"), { kind: "layout" }],
    [press("KeyY"), { kind: "compare" }],
    [press("Minus"), { kind: "none-acceptable" }],
    [press("Equal", shift), { kind: "tie-all" }],
    [press("KeyU"), { kind: "take-back" }],
    [press("KeyX"), null],
    [press("KeyX", shift), { kind: "skip" }],
    [press("Slash", { ...shift, key: "?" }), { kind: "help" }],
    // On a German keyboard the question mark is another physical key.
    [press("Minus", { ...shift, key: "?" }), { kind: "help" }],
    [press("Enter", control), { kind: "submit" }],
    [press("Enter"), null],
    [press("KeyZ", control), { kind: "undo" }],
    [press("KeyZ", { ...control, ...shift }), { kind: "redo" }],
    [press("KeyZ", { metaKey: true }), { kind: "undo" }],
    // The browser's own shortcuts stay the browser's.
    [press("KeyR", control), null],
    [press("Digit1", { altKey: true }), null],
  ])("%o asks for %o", (pressed, command) => {
    expect(commandFor(pressed, during({ phase }))).toEqual(command);
  });
});

describe("a toxicity task (R39)", () => {
  test.each([
    [press("KeyZ"), { kind: "input-toxicity", value: 0 }],
    [press("KeyC"), { kind: "input-toxicity", value: 2 }],
    [press("KeyQ"), { kind: "scale", key: "toxicity", value: 0 }],
    [press("KeyE"), { kind: "scale", key: "toxicity", value: 2 }],
    [press("KeyA"), { kind: "scale", key: "relative_toxicity", value: -1 }],
    [press("KeyD"), { kind: "scale", key: "relative_toxicity", value: 1 }],
    [press("Digit7"), { kind: "scale", key: "continuity", value: 7 }],
    [press("Digit0"), null],
    [press("KeyJ"), { kind: "step", by: 1 }],
  ])("%o asks for %o", (pressed, command) => {
    expect(commandFor(pressed, during({ kind: "toxicity" }))).toEqual(command);
  });
});

test("while two are compared only their keys are heard", () => {
  const comparing = during({ isComparing: true, phase: "order" });

  expect(commandFor(press("BracketLeft"), comparing)).toEqual({ kind: "prefer", choice: "left" });
  expect(commandFor(press("BracketRight"), comparing)).toEqual({ kind: "prefer", choice: "right" });
  expect(commandFor(press("Equal"), comparing)).toEqual({ kind: "prefer", choice: "tie" });
  expect(commandFor(press("KeyA"), comparing)).toBeNull();
});

describe("changing keys", () => {
  const skip = commandWithId("skip");

  test("no command has a key that another one has at the same time", () => {
    for (const command of KEY_COMMANDS) {
      expect([command.id, refusalOf(command, command.key, {})]).toEqual([command.id, null]);
    }
  });

  test("a changed key works and the old one no longer does", () => {
    const changes = withKey({}, skip, "KeyV");

    expect(commandFor(press("KeyV"), during(), changes)).toEqual({ kind: "skip" });
    expect(commandFor(press("KeyX", shift), during(), changes)).toBeNull();
    expect(withKey(changes, skip, skip.key)).toEqual({});
  });

  test("a key that is taken at the same time is refused, with who has it", () => {
    expect(refusalOf(skip, "KeyJ", {})).toMatchObject({ reason: "taken", by: { id: "next" } });
    // Rating and ordering never happen at the same time.
    expect(refusalOf(commandWithId("tie"), "KeyQ", {})).toBeNull();
    expect(refusalOf(skip, "Escape", {})).toEqual({ reason: "reserved" });
  });

  test("a key given away is free for another command", () => {
    const changes = withKey({}, commandWithId("next"), "KeyV");

    expect(refusalOf(skip, "KeyJ", changes)).toBeNull();
    expect(keyOf(commandWithId("next"), changes)).toBe("KeyV");
  });

  test.each([
    ["Ctrl+Shift+KeyZ", "Ctrl Shift Z"],
    ["Shift+ArrowUp", "Shift ↑"],
    ["Digit0", "0"],
    ["Equal", "="],
    ["Shift+Slash", "?"],
    ["F2", "F2"],
  ])("%s is printed as %s", (key, printed) => {
    expect(printedKey(key)).toBe(printed);
  });
});
