/** What the board shows, worked out of what was said so far. */
import type { LabelItem } from "@/api/types";
import { openingOf } from "@/components/visible-text";

import type { Asked } from "./asked";
import { isJudged, judgmentOf, unratedOf } from "./board";
import type { Board } from "./board";
import type { Verdict } from "./compare-drawer";
import type { Shown } from "./completion-text";
import type { ChipFacts } from "./ladder-chip";
import { preferTo, tieWith, tierOf } from "./ordering";
import type { Handle, Tiers } from "./ordering";
import type { Readiness } from "./submit-ranking";
import type { Layout } from "./use-preferences";
import { walkingOrder } from "./use-ranking-commands";
import { sideBySide } from "./use-view";
import type { Comparing } from "./use-view";

const OPENING_CHARACTERS = 160;

/** Where the work goes on after a reload. */
export function firstToJudge(board: Board, order: readonly Handle[], asked: Asked): Handle {
  const unrated = unratedOf(board, order, asked)[0];
  return unrated ?? order.find((handle) => !isJudged(board, handle, asked)) ?? order[0] ?? "";
}

/** The completion next above on the ladder; below the topmost, the second. */
function neighbourOf(current: Shown, completions: readonly Shown[], board: Board): Shown | null {
  const order = completions.map(({ handle }) => handle);
  const walked = walkingOrder(board, order, true);
  const place = walked.indexOf(current.handle);
  const beside = walked[place - 1] ?? walked[place + 1];
  return completions.find(({ handle }) => handle === beside) ?? null;
}

function numProblemsOf(board: Board, handle: Handle, flagItems: readonly LabelItem[], asked: Asked) {
  const { flags } = judgmentOf(board, handle);
  const reported = flagItems.filter(({ key }) => asked.flags.includes(key) && flags[key] === true);
  return reported.filter((item) => item.yes_is_problem).length;
}

function isContradicted(readiness: Readiness, handle: Handle): boolean {
  return readiness.contradictions.some(({ above, below }) => above === handle || below === handle);
}

export function verdictIn(tiers: Tiers, left: Handle, right: Handle): Verdict {
  const [leftTier, rightTier] = [tierOf(tiers, left), tierOf(tiers, right)];
  if (leftTier < 0 || rightTier < 0) return null;
  if (leftTier === rightTier) return "tie";
  return leftTier < rightTier ? "left" : "right";
}

export function withVerdict(comparing: Comparing | null, choice: "left" | "right" | "tie") {
  return (tiers: Tiers): Tiers => {
    if (comparing?.kind !== "open") return tiers;
    const { left, right } = comparing;
    if (choice === "tie") return tieWith(tiers, left, right);
    return choice === "left" ? preferTo(tiers, left, right) : preferTo(tiers, right, left);
  };
}

/** The number a chip shows: the rating, or how well it continues the input. */
function shownNumber(board: Board, handle: Handle, asked: Asked): number | null {
  const { rating, scales } = judgmentOf(board, handle);
  return asked.kind === "toxicity" ? (scales.continuity ?? null) : rating;
}

/** What stands on screen in a layout. */
export function shownIn(
  layout: Layout,
  { completions, current, board }: { completions: readonly Shown[]; current: Shown; board: Board },
  { isBeside, numBeside }: { isBeside: boolean; numBeside: number },
): readonly Shown[] {
  if (layout === "stack") return completions;
  if (layout === "wide") return sideBySide(completions, current.handle, numBeside);
  const neighbour = isBeside ? neighbourOf(current, completions, board) : null;
  return neighbour ? [current, neighbour] : [current];
}

/** What a completion's chip on the ladder tells of it. */
export function chipFacts(
  { handle, letter, text }: Shown,
  about: {
    board: Board;
    flagItems: readonly LabelItem[];
    asked: Asked;
    readiness: Readiness;
    place: string;
  },
): ChipFacts {
  const { board, asked, place } = about;
  return {
    letter,
    rating: shownNumber(board, handle, asked),
    numProblems: numProblemsOf(board, handle, about.flagItems, asked),
    opening: openingOf(text, OPENING_CHARACTERS),
    place,
    isContradicted: isContradicted(about.readiness, handle),
  };
}
