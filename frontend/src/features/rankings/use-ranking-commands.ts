import type { RefObject } from "react";

import type { LabelItem } from "@/api/types";

import {
  isJudged,
  ladderOf,
  noOtherProblems,
  rate,
  reorder,
  turnFlag,
  unplacedOf,
} from "./board";
import type { Board } from "./board";
import type { Command } from "./keyboard";
import { moveTier, moveToOwnTier, place, tieAll, tieWithAbove } from "./ordering";
import type { Handle, Tiers } from "./ordering";
import type { KeyPreferences } from "./use-key-preferences";
import type { RankingDraftHandle } from "./use-ranking-draft";

const PAGE_SHARE = 0.9;

export interface CommandContext {
  order: readonly Handle[];
  current: Handle;
  draft: RankingDraftHandle;
  /** All the catalogue's flags; a key without an asked flag does nothing. */
  flagItems: readonly LabelItem[];
  askedKeys: readonly string[];
  preferences: KeyPreferences;
  textBox: RefObject<HTMLDivElement | null>;
  setCurrent: (handle: Handle) => void;
  setNoteOpen: (isOpen: boolean) => void;
  toggleFold: () => void;
  openSkip: () => void;
  openHelp: () => void;
  submit: () => void;
  takeBackLast: (() => void) | null;
}

/** The completions in the order in which `J` and `K` go through them. */
export function walkingOrder(board: Board, order: readonly Handle[], isOrdering: boolean): Handle[] {
  if (!isOrdering) return [...order];
  const placed = ladderOf(board, order).flatMap((tier) =>
    order.filter((handle) => tier.includes(handle)),
  );
  return [...placed, ...unplacedOf(board, order)];
}

/**
 * Where to go once a completion is fully judged: the next one that is not, round the end.
 *
 * Null while something about the current one is still open, and when nothing is left anywhere.
 */
export function nextToJudge(
  board: Board,
  order: readonly Handle[],
  current: Handle,
  asked: readonly string[],
): Handle | null {
  if (!isJudged(board, current, asked)) return null;
  const start = order.indexOf(current);
  const round = [...order.slice(start + 1), ...order.slice(0, start)];
  return round.find((handle) => !isJudged(board, handle, asked)) ?? null;
}

function moveBy(command: Command, handle: Handle, order: readonly Handle[]) {
  return (tiers: Tiers): Tiers => {
    switch (command.kind) {
      case "place":
        return place(tiers, handle, command.tier);
      case "move":
        return moveTier(tiers, handle, command.direction);
      case "own-tier":
        return moveToOwnTier(tiers, handle, command.direction);
      case "tie":
        return tieWithAbove(tiers, handle);
      case "tie-all":
        return tieAll(order);
      default:
        return tiers;
    }
  };
}

/** Changes the board and, where that completes the judgment, opens the next completion. */
function judgeAndGoOn(context: CommandContext, change: (board: Board) => Board): void {
  const { draft, order, current, askedKeys, preferences } = context;
  draft.change(change);
  const next = nextToJudge(change(draft.board), order, current, askedKeys);
  if (preferences.goesOn && next) context.setCurrent(next);
}

function judge(command: Command, context: CommandContext): boolean {
  const { current, draft } = context;
  switch (command.kind) {
    case "rate":
      judgeAndGoOn(context, (board) => rate(board, current, command.rating));
      return true;
    case "flag": {
      const key = context.flagItems[command.index]?.key;
      if (key && context.askedKeys.includes(key)) {
        draft.change((board) => turnFlag(board, current, key));
      }
      return true;
    }
    case "no-other-problems": {
      const asked = context.flagItems.filter((item) => context.askedKeys.includes(item.key));
      judgeAndGoOn(context, (board) => noOtherProblems(board, current, asked));
      return true;
    }
    default:
      return false;
  }
}

function walk(command: Command, context: CommandContext): boolean {
  const { current, draft, order, textBox } = context;
  switch (command.kind) {
    case "step": {
      const walked = walkingOrder(draft.board, order, draft.phase === "order");
      const next = walked[walked.indexOf(current) + command.by];
      if (next) context.setCurrent(next);
      return true;
    }
    case "select": {
      const handle = order[command.index];
      if (handle) context.setCurrent(handle);
      return true;
    }
    case "page": {
      const box = textBox.current;
      box?.scrollBy({ top: command.by * box.clientHeight * PAGE_SHARE });
      return true;
    }
    default:
      return false;
  }
}

function arrange(command: Command, context: CommandContext): void {
  const { draft, preferences } = context;
  switch (command.kind) {
    case "toggle-phase":
      return draft.setPhase(draft.phase === "rate" ? "order" : "rate");
    case "fold-prompt":
      return context.toggleFold();
    case "fixed-width":
      return preferences.setFixedWidth(!preferences.isFixedWidth);
    case "note":
      draft.setPhase("rate");
      return context.setNoteOpen(true);
    case "undo":
      return draft.undo();
    case "redo":
      return draft.redo();
    case "skip":
      return context.openSkip();
    case "help":
      return context.openHelp();
    case "submit":
      return context.submit();
    case "take-back":
      return context.takeBackLast?.();
    default:
      // What is left moves a completion on the ladder.
      draft.change((board) =>
        reorder(board, context.order, moveBy(command, context.current, context.order)),
      );
  }
}

/** Does what a key or a control asks for. */
export function runCommand(command: Command, context: CommandContext): void {
  if (judge(command, context) || walk(command, context)) return;
  arrange(command, context);
}
