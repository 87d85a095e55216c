import { describe, expect, test } from "vitest";

import { commandFor, FLAG_KEYS } from "./keyboard";
import type { KeyPress } from "./keyboard";

function press(code: string, change: Partial<KeyPress> = {}): KeyPress {
  const modifiers = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };
  return { code, key: "", ...modifiers, ...change };
}
const shift = { shiftKey: true };
const control = { ctrlKey: true };

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
  ])("%o asks for %o", (pressed, command) => {
    expect(commandFor(pressed, "rate")).toEqual(command);
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
    [press("Equal", shift), { kind: "tie-all" }],
    [press("KeyA", shift), null],
  ])("%o asks for %o", (pressed, command) => {
    expect(commandFor(pressed, "order")).toEqual(command);
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
    [press("KeyM"), { kind: "fixed-width" }],
    [press("KeyN"), { kind: "note" }],
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
    expect(commandFor(pressed, phase)).toEqual(command);
  });
});

test("there is a key for each of the eleven flags and none twice", () => {
  expect(new Set(FLAG_KEYS).size).toBe(11);
});
