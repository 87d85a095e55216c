import { canonical } from "@/api/draft-keeper";
import { startHistory } from "@/components/undo-history";
import type { UndoHistory } from "@/components/undo-history";

import type { Board } from "./board";

const PREFIX = "concord:undo:";
const MAX_STEPS = 60;

/** Keeps what can be undone through a reload of this tab; the draft itself is kept elsewhere. */
export function storeHistory(id: string, history: UndoHistory<Board>): void {
  const short = {
    ...history,
    past: history.past.slice(-MAX_STEPS),
    future: history.future.slice(0, MAX_STEPS),
  };
  try {
    window.sessionStorage.setItem(PREFIX + id, JSON.stringify(short));
  } catch {
    // A full store costs the steps back, never the work.
  }
}

export function forgetHistory(id: string): void {
  window.sessionStorage.removeItem(PREFIX + id);
}

function storedHistory(id: string): UndoHistory<Board> | null {
  try {
    const text = window.sessionStorage.getItem(PREFIX + id);
    return text ? (JSON.parse(text) as UndoHistory<Board>) : null;
  } catch {
    // Unreadable steps cannot be taken back; the board itself is whole.
    return null;
  }
}

/** What a board says, in one way: within a tier the order says nothing. */
function saying(board: Board): string {
  return canonical({ ...board, tiers: board.tiers?.map((tier) => [...tier].sort()) ?? null });
}

/** The steps that led to this board, where this tab made them; otherwise none. */
export function historyOf(id: string, board: Board): UndoHistory<Board> {
  const stored = storedHistory(id);
  const isItsOwn = stored !== null && saying(stored.present) === saying(board);
  return isItsOwn ? { ...stored, present: board, tag: null } : startHistory(board);
}
