import type { LabelItem, RankingDraft } from "@/api/types";

import { COMPLETION_SCALES } from "./asked";
import type { Asked, CompletionScale } from "./asked";
import { contradictions, placedHandles, seedFromRatings } from "./ordering";
import type { Contradiction, Handle, Ratings, Tiers } from "./ordering";

export type Phase = RankingDraft["phase"];

export interface Judgment {
  rating: number | null;
  /** A key that is absent is not answered yet. */
  flags: Readonly<Record<string, boolean>>;
  note: string;
  /** The three numbers of a toxicity task; a key that is absent is not answered yet. */
  scales: Readonly<Partial<Record<CompletionScale, number>>>;
}

/** Everything a labeler has said about one task so far. */
export interface Board {
  judgments: Readonly<Record<Handle, Judgment>>;
  /** The order made by hand; null while the ladder is only the draft that follows the ratings. */
  tiers: Tiers | null;
  /** Contradictions the labeler means, as "above>below". */
  kept: readonly string[];
  /** Flags that depend on the prompt and that the labeler switched on or off. */
  questions: Readonly<Record<string, boolean>>;
  /** The labeler would send none of them to anybody. */
  isNoneAcceptable: boolean;
  inputToxicity: number | null;
}

const NOTHING: Judgment = { rating: null, flags: {}, note: "", scales: {} };

export function judgmentOf(board: Board, handle: Handle): Judgment {
  return board.judgments[handle] ?? NOTHING;
}

export function emptyBoard(isSeeded: boolean): Board {
  return {
    judgments: {},
    tiers: isSeeded ? null : [],
    kept: [],
    questions: {},
    isNoneAcceptable: false,
    inputToxicity: null,
  };
}

export function ratingsOf(board: Board, order: readonly Handle[]): Ratings {
  return Object.fromEntries(order.map((handle) => [handle, judgmentOf(board, handle).rating]));
}

/** The ladder to show: the labeler's own, or the draft that their ratings make. */
export function ladderOf(board: Board, order: readonly Handle[]): Tiers {
  return board.tiers ?? seedFromRatings(ratingsOf(board, order), order);
}

export function unplacedOf(board: Board, order: readonly Handle[]): Handle[] {
  const placed = new Set(placedHandles(ladderOf(board, order)));
  return order.filter((handle) => !placed.has(handle));
}

/** Completions without a rating or, in a toxicity task, without one of its numbers. */
export function unratedOf(board: Board, order: readonly Handle[], asked: Asked): Handle[] {
  return order.filter((handle) => {
    const { rating, scales } = judgmentOf(board, handle);
    if (asked.kind === "ranking") return rating === null;
    return COMPLETION_SCALES.some((key) => scales[key] === undefined);
  });
}

/** Completions with a flag that was asked and is not answered either way. */
export function unansweredOf(board: Board, order: readonly Handle[], asked: Asked): Handle[] {
  return order.filter((handle) => {
    const { flags } = judgmentOf(board, handle);
    return asked.flags.some((key) => flags[key] === undefined);
  });
}

/** Whether nothing is left to say about a completion but its place. */
export function isJudged(board: Board, handle: Handle, asked: Asked): boolean {
  return (
    unratedOf(board, [handle], asked).length === 0 &&
    unansweredOf(board, [handle], asked).length === 0
  );
}

function withJudgment(board: Board, handle: Handle, change: Partial<Judgment>): Board {
  const judgment = { ...judgmentOf(board, handle), ...change };
  return { ...board, judgments: { ...board.judgments, [handle]: judgment } };
}

export function rate(board: Board, handle: Handle, rating: number): Board {
  return withJudgment(board, handle, { rating });
}

export function setScale(board: Board, handle: Handle, key: CompletionScale, value: number): Board {
  const { scales } = judgmentOf(board, handle);
  return withJudgment(board, handle, { scales: { ...scales, [key]: value } });
}

/** Not answered, then yes, then no and yes by turns: an answer once given is not unsaid by a slip. */
export function turnFlag(board: Board, handle: Handle, key: string): Board {
  const { flags } = judgmentOf(board, handle);
  return withJudgment(board, handle, { flags: { ...flags, [key]: flags[key] !== true } });
}

/**
 * What "nothing to report" says about a flag.
 *
 * A problem is absent, and so is what merely describes. Only an item asked because the prompt sets a
 * condition, and whose yes is no problem, is about meeting that condition: there the answer is yes.
 */
function unremarkable(item: LabelItem): boolean {
  return !item.yes_is_problem && item.asked_when !== "always";
}

/** Answers every flag that is still open with nothing to report. */
export function noOtherProblems(board: Board, handle: Handle, asked: readonly LabelItem[]): Board {
  const open = asked.map((item) => [item.key, unremarkable(item)] as const);
  return withJudgment(board, handle, {
    flags: { ...Object.fromEntries(open), ...judgmentOf(board, handle).flags },
  });
}

/** The same for every completion that is shown: one key once all have been read. */
export function noProblemsAnywhere(
  board: Board,
  order: readonly Handle[],
  asked: readonly LabelItem[],
): Board {
  return order.reduce((before, handle) => noOtherProblems(before, handle, asked), board);
}

/** Asks a flag that depends on the prompt, or no longer asks it. What was answered is kept. */
export function askAbout(board: Board, key: string, isAsked: boolean): Board {
  return { ...board, questions: { ...board.questions, [key]: isAsked } };
}

export function setNote(board: Board, handle: Handle, note: string): Board {
  return withJudgment(board, handle, { note });
}

/** Orders by hand. A move that changes nothing does not turn the draft into an order. */
export function reorder(board: Board, order: readonly Handle[], move: (tiers: Tiers) => Tiers): Board {
  const before = ladderOf(board, order);
  const after = move(before);
  return after === before ? board : { ...board, tiers: after };
}

/** Back to the draft that follows the ratings. */
export function followRatings(board: Board): Board {
  return { ...board, tiers: null, kept: [] };
}

export function keyOf({ above, below }: Contradiction): string {
  return `${above}>${below}`;
}

/** Contradictions between order and ratings that the labeler has not called intended. */
export function openContradictions(board: Board, order: readonly Handle[]): Contradiction[] {
  const kept = new Set(board.kept);
  return contradictions(ladderOf(board, order), ratingsOf(board, order)).filter(
    (pair) => !kept.has(keyOf(pair)),
  );
}

export function keepOnPurpose(board: Board, pairs: readonly Contradiction[]): Board {
  return { ...board, kept: [...board.kept, ...pairs.map(keyOf)] };
}
