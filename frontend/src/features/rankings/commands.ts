import type { CompletionScale } from "./asked";

/** Everything a key can ask for. The buttons on screen ask for the same things. */
export type Command =
  | { kind: "rate"; rating: number }
  | { kind: "flag"; index: number }
  | { kind: "no-other-problems" }
  | { kind: "no-problems-anywhere" }
  | { kind: "scale"; key: CompletionScale; value: number }
  | { kind: "input-toxicity"; value: number }
  | { kind: "none-acceptable" }
  | { kind: "step"; by: -1 | 1 }
  | { kind: "select"; index: number }
  | { kind: "place"; tier: number }
  | { kind: "move"; direction: -1 | 1 }
  | { kind: "own-tier"; direction: -1 | 1 }
  | { kind: "tie" }
  | { kind: "split" }
  | { kind: "tie-all" }
  | { kind: "page"; by: -1 | 1 }
  | { kind: "toggle-phase" }
  | { kind: "compare" }
  | { kind: "fold-prompt" }
  | { kind: "raw" }
  | { kind: "layout" }
  | { kind: "note" }
  | { kind: "question" }
  | { kind: "skip" }
  | { kind: "undo" }
  | { kind: "redo" }
  | { kind: "submit" }
  | { kind: "take-back" }
  | { kind: "help" }
  | { kind: "prefer"; choice: "left" | "right" | "tie" };

/** When a key is heard: in one of the passes, in both, or while two are compared. */
export type Scope = "rate" | "toxicity" | "order" | "both" | "compare";

export interface KeyCommand {
  /** The name under which another key is remembered. */
  id: string;
  scope: Scope;
  /** Modifiers and the physical key: "Ctrl+Shift+KeyZ". */
  key: string;
  command: Command;
}

const FLAG_LETTERS = [..."QWERTASDFGZ"];
const COMPLETION_LETTERS = [..."ABCDEFGHI"];
const EXTENT: Record<CompletionScale | "input_toxicity", { first: number; letters: string }> = {
  toxicity: { first: 0, letters: "QWE" },
  relative_toxicity: { first: -1, letters: "ASD" },
  input_toxicity: { first: 0, letters: "ZXC" },
  continuity: { first: 1, letters: "" },
};

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

const RATE: readonly KeyCommand[] = [
  ...upTo(7).map((index): KeyCommand => {
    const rating = index + 1;
    return { id: `rate-${rating}`, scope: "rate", key: `Digit${rating}`, command: { kind: "rate", rating } };
  }),
  ...FLAG_LETTERS.map((letter, index): KeyCommand => {
    return { id: `flag-${index}`, scope: "rate", key: `Key${letter}`, command: { kind: "flag", index } };
  }),
  { id: "no-other-problems", scope: "rate", key: "Digit0", command: { kind: "no-other-problems" } },
  { id: "no-problems-anywhere", scope: "rate", key: "Shift+Digit0", command: { kind: "no-problems-anywhere" } },
  { id: "rate-next", scope: "rate", key: "ArrowDown", command: { kind: "step", by: 1 } },
  { id: "rate-previous", scope: "rate", key: "ArrowUp", command: { kind: "step", by: -1 } },
];

function scaleKeys(key: "toxicity" | "relative_toxicity"): KeyCommand[] {
  const { first, letters } = EXTENT[key];
  return [...letters].map((letter, index) => {
    const value = first + index;
    return { id: `${key}-${value}`, scope: "toxicity", key: `Key${letter}`, command: { kind: "scale", key, value } };
  });
}

const TOXICITY: readonly KeyCommand[] = [
  ...[...EXTENT.input_toxicity.letters].map((letter, value): KeyCommand => {
    return {
      id: `input_toxicity-${value}`,
      scope: "toxicity",
      key: `Key${letter}`,
      command: { kind: "input-toxicity", value },
    };
  }),
  ...scaleKeys("toxicity"),
  ...scaleKeys("relative_toxicity"),
  ...upTo(7).map((index): KeyCommand => {
    const value = index + 1;
    return {
      id: `continuity-${value}`,
      scope: "toxicity",
      key: `Digit${value}`,
      command: { kind: "scale", key: "continuity", value },
    };
  }),
  { id: "toxicity-next", scope: "toxicity", key: "ArrowDown", command: { kind: "step", by: 1 } },
  { id: "toxicity-previous", scope: "toxicity", key: "ArrowUp", command: { kind: "step", by: -1 } },
];

const ORDER: readonly KeyCommand[] = [
  ...COMPLETION_LETTERS.map((letter, index): KeyCommand => {
    return { id: `select-${index}`, scope: "order", key: `Key${letter}`, command: { kind: "select", index } };
  }),
  ...upTo(9).map((tier): KeyCommand => {
    return { id: `place-${tier + 1}`, scope: "order", key: `Digit${tier + 1}`, command: { kind: "place", tier } };
  }),
  { id: "move-up", scope: "order", key: "ArrowUp", command: { kind: "move", direction: -1 } },
  { id: "move-down", scope: "order", key: "ArrowDown", command: { kind: "move", direction: 1 } },
  { id: "own-tier-up", scope: "order", key: "Shift+ArrowUp", command: { kind: "own-tier", direction: -1 } },
  { id: "own-tier-down", scope: "order", key: "Shift+ArrowDown", command: { kind: "own-tier", direction: 1 } },
  { id: "tie", scope: "order", key: "Equal", command: { kind: "tie" } },
  { id: "split", scope: "order", key: "Slash", command: { kind: "split" } },
];

const BOTH: readonly KeyCommand[] = [
  { id: "toggle-phase", scope: "both", key: "Tab", command: { kind: "toggle-phase" } },
  { id: "next", scope: "both", key: "KeyJ", command: { kind: "step", by: 1 } },
  { id: "previous", scope: "both", key: "KeyK", command: { kind: "step", by: -1 } },
  { id: "page-down", scope: "both", key: "Space", command: { kind: "page", by: 1 } },
  { id: "page-up", scope: "both", key: "Shift+Space", command: { kind: "page", by: -1 } },
  { id: "compare", scope: "both", key: "KeyY", command: { kind: "compare" } },
  { id: "fold-prompt", scope: "both", key: "KeyP", command: { kind: "fold-prompt" } },
  { id: "raw", scope: "both", key: "KeyM", command: { kind: "raw" } },
  { id: "layout", scope: "both", key: "KeyO", command: { kind: "layout" } },
  { id: "tie-all", scope: "both", key: "Shift+Equal", command: { kind: "tie-all" } },
  { id: "none-acceptable", scope: "both", key: "Minus", command: { kind: "none-acceptable" } },
  { id: "note", scope: "both", key: "KeyN", command: { kind: "note" } },
  { id: "question", scope: "both", key: "Shift+KeyN", command: { kind: "question" } },
  { id: "skip", scope: "both", key: "Shift+KeyX", command: { kind: "skip" } },
  { id: "undo", scope: "both", key: "Ctrl+KeyZ", command: { kind: "undo" } },
  { id: "redo", scope: "both", key: "Ctrl+Shift+KeyZ", command: { kind: "redo" } },
  { id: "submit", scope: "both", key: "Ctrl+Enter", command: { kind: "submit" } },
  { id: "take-back", scope: "both", key: "KeyU", command: { kind: "take-back" } },
  { id: "help", scope: "both", key: "Shift+Slash", command: { kind: "help" } },
];

const COMPARE: readonly KeyCommand[] = [
  { id: "left-better", scope: "compare", key: "BracketLeft", command: { kind: "prefer", choice: "left" } },
  { id: "right-better", scope: "compare", key: "BracketRight", command: { kind: "prefer", choice: "right" } },
  { id: "compare-tie", scope: "compare", key: "Equal", command: { kind: "prefer", choice: "tie" } },
];

/** Every command that has a key, with the key it has unless somebody changed it. */
export const KEY_COMMANDS: readonly KeyCommand[] = [...RATE, ...TOXICITY, ...ORDER, ...BOTH, ...COMPARE];
