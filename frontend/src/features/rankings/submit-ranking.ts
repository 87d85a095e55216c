import { api, bodyOf } from "@/api/client";
import type { Assignment } from "@/api/types";
import { useDraftSubmission } from "@/api/use-submission";
import type { Submitting } from "@/api/use-submission";

import { askedOf, isSeeded } from "./asked";
import type { Asked } from "./asked";
import { openContradictions, unansweredOf, unplacedOf, unratedOf } from "./board";
import type { Board } from "./board";
import { toAnswer } from "./board-exchange";
import type { Contradiction, Handle } from "./ordering";
import type { RankingDraftHandle } from "./use-ranking-draft";

/** What still stands between a board and its submission. */
export interface Readiness {
  /** A toxicity task whose input has no number yet. */
  isInputUnrated: boolean;
  unrated: Handle[];
  /** Rated, but with a flag that is still open. */
  unanswered: Handle[];
  unplaced: Handle[];
  /** Said, never enforced: a labeler may mean it. */
  contradictions: Contradiction[];
  isComplete: boolean;
  /** The ladder is still the draft that the ratings made, and no hand has confirmed it. */
  isOrderOnlyFromRatings: boolean;
}

export function readinessOf(board: Board, order: readonly Handle[], asked: Asked): Readiness {
  const isInputUnrated = asked.kind === "toxicity" && board.inputToxicity === null;
  const unrated = unratedOf(board, order, asked);
  const unanswered = unansweredOf(board, order, asked).filter(
    (handle) => !unrated.includes(handle),
  );
  const unplaced = unplacedOf(board, order).filter((handle) => !unrated.includes(handle));
  const numMissing = unrated.length + unanswered.length + unplaced.length;
  return {
    isInputUnrated,
    unrated,
    unanswered,
    unplaced,
    contradictions: openContradictions(board, order),
    isComplete: !isInputUnrated && numMissing === 0,
    isOrderOnlyFromRatings: board.tiers === null,
  };
}

/** Sends the finished board, once however often it takes. */
export function useSubmitRanking(
  assignment: Assignment,
  draft: RankingDraftHandle,
  onAccepted: () => void,
): Submitting & { submit: (order: readonly Handle[]) => void } {
  const submitting = useDraftSubmission(assignment.id, draft, onAccepted);

  function submit(order: readonly Handle[]) {
    // Taken once: a retry sends exactly what was submitted, its seconds included.
    const answer = {
      assignment: assignment.id,
      ...toAnswer(draft.board, order, {
        asked: askedOf(assignment, draft.board),
        secondsShown: draft.secondsShown(),
      }),
      seconds_active: Math.round(draft.secondsActive()),
      order_source: isSeeded(assignment) ? ("seeded" as const) : ("unseeded" as const),
    };
    submitting.begin((client_key) =>
      bodyOf(api.POST("/api/rankings/", { body: { ...answer, client_key } })),
    );
  }

  return { ...submitting, submit };
}
