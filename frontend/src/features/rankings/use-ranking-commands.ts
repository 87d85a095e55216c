import type { LabelItem } from "@/api/types";

import type { Asked } from "./asked";
import {
  isJudged,
  ladderOf,
  noOtherProblems,
  noProblemsAnywhere,
  rate,
  reorder,
  setScale,
  turnFlag,
  unplacedOf,
  unratedOf,
} from "./board";
import type { Board } from "./board";
import type { Command } from "./commands";
import { moveTier, moveToOwnTier, place, splitOff, tieAll, tieWithAbove } from "./ordering";
import type { Handle, Tiers } from "./ordering";
import type { Preferences } from "./use-preferences";
import type { RankingDraftHandle } from "./use-ranking-draft";

export interface CommandContext {
  order: readonly Handle[];
  current: Handle;
  draft: RankingDraftHandle;
  /** All the catalogue's flags; a key without an asked flag does nothing. */
  flagItems: readonly LabelItem[];
  asked: Asked;
  preferences: Preferences;
  page: (by: -1 | 1) => void;
  setCurrent: (handle: Handle) => void;
  setNoteOpen: (isOpen: boolean) => void;
  toggleFold: () => void;
  nextLayout: () => void;
  compare: () => void;
  openQuestions: () => void;
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

function firstAfter(
  order: readonly Handle[],
  current: Handle,
  isWanted: (handle: Handle) => boolean,
): Handle | null {
  const start = order.indexOf(current);
  const round = [...order.slice(start + 1), ...order.slice(0, start)];
  return round.find(isWanted) ?? null;
}

/**
 * Where to go once a completion is rated: the next one that is not, round the end.
 *
 * Null while the current one is not rated itself, and when nothing is left anywhere. With all rated
 * it is the next with an open flag, once the current one has none.
 */
export function nextToJudge(
  board: Board,
  order: readonly Handle[],
  current: Handle,
  asked: Asked,
): Handle | null {
  const isUnrated = (handle: Handle) => unratedOf(board, [handle], asked).length > 0;
  if (isUnrated(current)) return null;
  const unrated = firstAfter(order, current, isUnrated);
  if (unrated || !isJudged(board, current, asked)) return unrated;
  return firstAfter(order, current, (handle) => !isJudged(board, handle, asked));
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
      case "split":
        return splitOff(tiers, handle);
      case "tie-all":
        return tieAll(order);
      default:
        return tiers;
    }
  };
}

/** Changes the board and, where that completes the judgment, opens the next completion. */
function judgeAndGoOn(context: CommandContext, change: (board: Board) => Board): void {
  const { draft, order, current, asked, preferences } = context;
  draft.change(change);
  const next = nextToJudge(change(draft.board), order, current, asked);
  if (preferences.goesOn && next) context.setCurrent(next);
}

function askedItems({ flagItems, asked }: CommandContext): LabelItem[] {
  return flagItems.filter((item) => asked.flags.includes(item.key));
}

function judge(command: Command, context: CommandContext): boolean {
  const { current, draft, order } = context;
  switch (command.kind) {
    case "rate":
      judgeAndGoOn(context, (board) => rate(board, current, command.rating));
      return true;
    case "scale":
      judgeAndGoOn(context, (board) => setScale(board, current, command.key, command.value));
      return true;
    case "input-toxicity":
      draft.change((board) => ({ ...board, inputToxicity: command.value }));
      return true;
    case "none-acceptable":
      if (context.asked.kind === "ranking") {
        draft.change((board) => ({ ...board, isNoneAcceptable: !board.isNoneAcceptable }));
      }
      return true;
    case "flag": {
      const key = context.flagItems[command.index]?.key;
      if (key && context.asked.flags.includes(key)) {
        draft.change((board) => turnFlag(board, current, key));
      }
      return true;
    }
    case "no-other-problems":
      judgeAndGoOn(context, (board) => noOtherProblems(board, current, askedItems(context)));
      return true;
    case "no-problems-anywhere":
      draft.change((board) => noProblemsAnywhere(board, order, askedItems(context)));
      return true;
    default:
      return false;
  }
}

function walk(command: Command, context: CommandContext): boolean {
  const { current, draft, order } = context;
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
    case "page":
      context.page(command.by);
      return true;
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
    case "raw":
      return preferences.setRaw(!preferences.isRaw);
    case "layout":
      return context.nextLayout();
    case "compare":
      return context.compare();
    case "question":
      return context.openQuestions();
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
