import type { Phase } from "./board";
import { KEY_COMMANDS } from "./commands";
import type { Command, KeyCommand, Scope } from "./commands";

export interface KeyPress {
  /** The physical key: a layout moves letters about, a hand does not. */
  code: string;
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** Which keys are heard now. */
export interface Situation {
  phase: Phase;
  kind: "ranking" | "toxicity";
  isComparing: boolean;
}

/** Commands whose key somebody changed, by the command's id. */
export type KeyChanges = Readonly<Record<string, string>>;

const NOTHING_CHANGED: KeyChanges = {};
const MODIFIERS = new Set(["Shift", "Control", "Alt", "Meta"]);
/** What closes things and what walks through the controls stays what it is everywhere. */
const RESERVED = new Set(["Escape", "Shift+Tab", "Enter", "Shift+Enter"]);

/** The number pad says what the row of digits says. */
function plainCode(code: string): string {
  if (code === "NumpadEnter") return "Enter";
  return code.replace(/^Numpad(?=\d$)/, "Digit");
}

/** A key press as keys are remembered; null where it belongs to the browser or says nothing yet. */
export function keyOfPress(press: KeyPress): string | null {
  if (press.altKey || MODIFIERS.has(press.key)) return null;
  const control = press.ctrlKey || press.metaKey ? "Ctrl+" : "";
  return `${control}${press.shiftKey ? "Shift+" : ""}${plainCode(press.code)}`;
}

export function keyOf(command: KeyCommand, changes: KeyChanges): string {
  return changes[command.id] ?? command.key;
}

function scopesOf({ phase, kind, isComparing }: Situation): readonly Scope[] {
  if (isComparing) return ["compare"];
  if (phase === "order") return ["order", "both"];
  return [kind === "toxicity" ? "toxicity" : "rate", "both"];
}

/** What a key press asks for now; null for the keys that are nobody's. */
export function commandFor(
  press: KeyPress,
  situation: Situation,
  changes: KeyChanges = NOTHING_CHANGED,
): Command | null {
  const key = keyOfPress(press);
  if (key === null) return null;
  const scopes = scopesOf(situation);
  const found = KEY_COMMANDS.find(
    (command) => scopes.includes(command.scope) && keyOf(command, changes) === key,
  );
  if (found) return found.command;
  // On many keyboards the question mark is another physical key.
  const isHelp = press.key === "?" && !press.ctrlKey && !press.metaKey && !situation.isComparing;
  return isHelp ? { kind: "help" } : null;
}

/** Whether two keys of these scopes can be heard at the same time. */
function meet(left: Scope, right: Scope): boolean {
  if (left === right) return true;
  return (left === "both" && right !== "compare") || (right === "both" && left !== "compare");
}

export type KeyRefusal =
  | { reason: "reserved" }
  | { reason: "taken"; by: KeyCommand };

/** Why a command cannot have this key; null where it can. */
export function refusalOf(command: KeyCommand, key: string, changes: KeyChanges): KeyRefusal | null {
  if (RESERVED.has(key)) return { reason: "reserved" };
  const holder = KEY_COMMANDS.find(
    (other) =>
      other.id !== command.id && meet(other.scope, command.scope) && keyOf(other, changes) === key,
  );
  return holder ? { reason: "taken", by: holder } : null;
}

/** Gives a command another key; its own key again needs no memory. */
export function withKey(changes: KeyChanges, command: KeyCommand, key: string): KeyChanges {
  const rest = Object.fromEntries(Object.entries(changes).filter(([id]) => id !== command.id));
  return key === command.key ? rest : { ...rest, [command.id]: key };
}

const PRINTED: Record<string, string> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Equal: "=",
  Minus: "-",
  Slash: "/",
  Backslash: "\\",
  BracketLeft: "[",
  BracketRight: "]",
  Semicolon: ";",
  Quote: "'",
  Comma: ",",
  Period: ".",
  Backquote: "`",
};

/** A key as it is printed on an English keyboard: "Ctrl Shift Z", "Shift ↑". */
export function printedKey(key: string): string {
  if (key === "Shift+Slash") return "?";
  return key
    .split("+")
    .map((part) => PRINTED[part] ?? part.replace(/^(Key|Digit)(?=.$)/, ""))
    .join(" ");
}

const BY_ID = new Map(KEY_COMMANDS.map((command) => [command.id, command]));

export function commandWithId(id: string): KeyCommand {
  const command = BY_ID.get(id);
  if (!command) throw new Error(`No command is called ${id}`);
  return command;
}
