import { useEffect, useRef } from "react";

import type { Command } from "./commands";
import { commandFor } from "./keyboard";
import type { KeyChanges, Situation } from "./keyboard";

const OVERLAY = "[role=dialog], [role=menu], [role=listbox]";
const TEXT_FIELD = "input, textarea, select, [contenteditable=true]";
/** Keys that work the control in focus while somebody walks through the controls. */
const NATIVE_CODES = new Set(["Tab", "Space", "ArrowUp", "ArrowDown"]);
/** What may repeat while a key is held down. A held digit must not rate the whole task. */
const REPEATING: ReadonlySet<Command["kind"]> = new Set(["step", "move", "page", "undo", "redo"]);

function isInside(target: EventTarget | null, selector: string): boolean {
  return target instanceof Element && target.closest(selector) !== null;
}

/** Whether a key press is the board's at all: not a dialog's, not half of a composed character. */
function isForBoard(event: KeyboardEvent): boolean {
  return !event.defaultPrevented && !event.isComposing && !isInside(event.target, OVERLAY);
}

function isAllowed(event: KeyboardEvent, command: Command, hasShortcuts: boolean): boolean {
  if (event.repeat && !REPEATING.has(command.kind)) return false;
  if (isInside(event.target, TEXT_FIELD)) return command.kind === "submit";
  return hasShortcuts || event.ctrlKey || event.metaKey;
}

function isNativePlace(event: KeyboardEvent, isWalking: boolean): boolean {
  return isWalking || isInside(event.target, "[data-native-keys]");
}

/** Esc lets go of the control in focus, except of a text field, which has its own way out. */
function leavesControls(event: KeyboardEvent): boolean {
  if (event.key !== "Escape" || isInside(event.target, TEXT_FIELD)) return false;
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  return true;
}

export interface Choosing {
  letters: number;
  pick: (index: number) => void;
  leave: () => void;
}

/** Takes a key while completions are being chosen. */
function choose(event: KeyboardEvent, choosing: Choosing): void {
  if (event.ctrlKey || event.metaKey || event.altKey || isInside(event.target, TEXT_FIELD)) return;
  const index = /^Key[A-I]$/.test(event.code) ? event.code.charCodeAt(3) - 65 : -1;
  if (event.key === "Escape") choosing.leave();
  else if (index >= 0 && index < choosing.letters) choosing.pick(index);
  else return;
  event.preventDefault();
}

/**
 * Sends every key of the board to `run`.
 *
 * Tab changes the pass, so the usual way through the controls starts with Shift Tab and ends with
 * Esc, a click, or any shortcut; while it lasts Tab, Space and the arrows are the browser's.
 */
export function useBoardKeys({
  situation,
  keyChanges,
  hasShortcuts,
  isBlocked,
  choosing,
  run,
}: {
  situation: Situation;
  keyChanges: KeyChanges;
  hasShortcuts: boolean;
  /** Something lies over the board and takes the keys. */
  isBlocked: boolean;
  /** Letters choose completions now, and nothing else is heard. */
  choosing: Choosing | null;
  run: (command: Command) => void;
}): void {
  const isWalking = useRef(false);
  const handler = useRef<(event: KeyboardEvent) => void>(() => undefined);

  useEffect(() => {
    const isNative = (event: KeyboardEvent) =>
      NATIVE_CODES.has(event.code) && isNativePlace(event, isWalking.current);
    handler.current = (event) => {
      if (isBlocked || !isForBoard(event)) return;
      // Tab, Space and Enter still work the buttons that choose.
      if (choosing) return choose(event, choosing);
      if (leavesControls(event)) isWalking.current = false;
      if (event.code === "Tab" && event.shiftKey) isWalking.current = true;
      const command = commandFor(event, situation, keyChanges);
      if (!command || !isAllowed(event, command, hasShortcuts)) return;
      if (isNative(event)) return;
      event.preventDefault();
      run(command);
    };
  });

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => handler.current(event);
    const onPointerDown = () => {
      isWalking.current = false;
    };
    window.addEventListener("keydown", onKeyDown);
    window.addEventListener("pointerdown", onPointerDown);
    return () => {
      window.removeEventListener("keydown", onKeyDown);
      window.removeEventListener("pointerdown", onPointerDown);
    };
  }, []);
}
