import type { Phase } from "./board";

/** Everything a key can ask for. The buttons on screen ask for the same things. */
export type Command =
  | { kind: "rate"; rating: number }
  | { kind: "flag"; index: number }
  | { kind: "no-other-problems" }
  | { kind: "step"; by: -1 | 1 }
  | { kind: "select"; index: number }
  | { kind: "place"; tier: number }
  | { kind: "move"; direction: -1 | 1 }
  | { kind: "own-tier"; direction: -1 | 1 }
  | { kind: "tie" }
  | { kind: "tie-all" }
  | { kind: "page"; by: -1 | 1 }
  | { kind: "toggle-phase" }
  | { kind: "fold-prompt" }
  | { kind: "fixed-width" }
  | { kind: "note" }
  | { kind: "skip" }
  | { kind: "undo" }
  | { kind: "redo" }
  | { kind: "submit" }
  | { kind: "take-back" }
  | { kind: "help" };

export interface KeyPress {
  /** The physical key: a layout moves letters about, a hand does not. */
  code: string;
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

const FLAG_CODES = [..."QWERTASDFGZ"].map((letter) => `Key${letter}`);

/** The keys of the flags, in the catalogue's order. */
export const FLAG_KEYS = FLAG_CODES.map((code) => code.slice(3));

const SELECT_CODES = [..."ABCDEFGHI"].map((letter) => `Key${letter}`);

const PLAIN: Record<string, Command> = {
  KeyJ: { kind: "step", by: 1 },
  KeyK: { kind: "step", by: -1 },
  KeyP: { kind: "fold-prompt" },
  KeyM: { kind: "fixed-width" },
  KeyN: { kind: "note" },
  KeyU: { kind: "take-back" },
  Space: { kind: "page", by: 1 },
  Tab: { kind: "toggle-phase" },
};

const SHIFTED: Record<string, Command> = {
  Space: { kind: "page", by: -1 },
  KeyX: { kind: "skip" },
};

function digitOf(code: string): number | null {
  const match = /^(?:Digit|Numpad)([0-9])$/.exec(code);
  return match ? Number(match[1]) : null;
}

function rateCommand(code: string): Command | null {
  const digit = digitOf(code);
  if (digit === 0) return { kind: "no-other-problems" };
  if (digit !== null && digit <= 7) return { kind: "rate", rating: digit };
  const index = FLAG_CODES.indexOf(code);
  if (index >= 0) return { kind: "flag", index };
  if (code === "ArrowDown") return { kind: "step", by: 1 };
  return code === "ArrowUp" ? { kind: "step", by: -1 } : null;
}

function moveCommand({ code, shiftKey }: KeyPress): Command | null {
  if (code === "Equal") return shiftKey ? { kind: "tie-all" } : { kind: "tie" };
  if (code !== "ArrowUp" && code !== "ArrowDown") return null;
  const direction = code === "ArrowUp" ? -1 : 1;
  return shiftKey ? { kind: "own-tier", direction } : { kind: "move", direction };
}

function targetCommand({ code, shiftKey }: KeyPress): Command | null {
  if (shiftKey) return null;
  const digit = digitOf(code);
  if (digit !== null && digit > 0) return { kind: "place", tier: digit - 1 };
  const index = SELECT_CODES.indexOf(code);
  return index >= 0 ? { kind: "select", index } : null;
}

function controlCommand({ code, shiftKey }: KeyPress): Command | null {
  if (code === "Enter" || code === "NumpadEnter") return { kind: "submit" };
  if (code === "KeyZ") return { kind: shiftKey ? "redo" : "undo" };
  return code === "KeyY" ? { kind: "redo" } : null;
}

function passCommand(press: KeyPress, phase: Phase): Command | null {
  if (phase === "order") return moveCommand(press) ?? targetCommand(press);
  return press.shiftKey ? null : rateCommand(press.code);
}

/** What a key press asks for in this pass; null for the keys that are nobody's. */
export function commandFor(press: KeyPress, phase: Phase): Command | null {
  if (press.altKey) return null;
  if (press.ctrlKey || press.metaKey) return controlCommand(press);
  if (press.key === "?") return { kind: "help" };
  const everywhere = press.shiftKey ? SHIFTED : PLAIN;
  return passCommand(press, phase) ?? everywhere[press.code] ?? null;
}

export interface KeyLine {
  keys: readonly string[];
  does: string;
}

/** The table behind `?`, in the order of the hand. */
export const KEY_TABLE: readonly { title: string; lines: readonly KeyLine[] }[] = [
  {
    title: "Rate pass",
    lines: [
      { keys: ["1", "…", "7"], does: "Rate the completion" },
      { keys: ["Q W E R T", "A S D F G", "Z"], does: "Flags: yes, then no" },
      { keys: ["0"], does: "No other problems: answers the open flags" },
      { keys: ["↓", "↑"], does: "Next, previous completion" },
    ],
  },
  {
    title: "Order pass",
    lines: [
      { keys: ["A", "…", "I"], does: "Select that completion" },
      { keys: ["1", "…", "9"], does: "Put it into that tier" },
      { keys: ["↑", "↓"], does: "Move it one tier, tying with who is there" },
      { keys: ["Shift ↑", "Shift ↓"], does: "Move it into a tier of its own" },
      { keys: ["="], does: "Tie it with the tier above" },
      { keys: ["Shift ="], does: "All equal" },
    ],
  },
  {
    title: "Both passes",
    lines: [
      { keys: ["Tab"], does: "Change between rating and ordering" },
      { keys: ["J", "K"], does: "Next, previous completion" },
      { keys: ["Space", "Shift Space"], does: "Page through the text" },
      { keys: ["P"], does: "Fold the prompt; while ordering, two texts side by side" },
      { keys: ["M"], does: "Fixed-width letters" },
      { keys: ["N"], does: "Note; Esc leaves it" },
      { keys: ["Ctrl Z", "Ctrl Shift Z"], does: "Undo, redo" },
      { keys: ["Shift X"], does: "Skip, with a reason" },
      { keys: ["Ctrl Enter"], does: "Submit" },
      { keys: ["U"], does: "Take back the last answer" },
      { keys: ["?"], does: "This table" },
    ],
  },
];
