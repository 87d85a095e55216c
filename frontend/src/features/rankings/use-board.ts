import { useTranslation } from "react-i18next";

import type { WorkplaceProps } from "@/api/assignments";
import type { Catalogue } from "@/api/types";

import { unplacedOf } from "./board";
import { chipFacts, shownIn, verdictIn } from "./board-facts";
import type { Situation } from "./keyboard";
import type { Handle } from "./ordering";
import { useBoardKeys } from "./use-board-keys";
import type { Choosing } from "./use-board-keys";
import { useRun } from "./use-run";
import { useWork } from "./use-work";
import type { Work } from "./use-work";

export type BoardModel = ReturnType<typeof useBoard>;

function choosingIn({ view, completions, order }: Work): Choosing | null {
  if (view.comparing?.kind !== "choosing") return null;
  return {
    letters: completions.length,
    pick: (index) => view.pick(order[index] ?? ""),
    leave: view.stopComparing,
  };
}

/** Read too quickly to have been read; no more than a remark, and only when all else is done. */
function unreadIn({ readiness, completions, seen, draft }: Work): Handle[] {
  if (!readiness.isComplete) return [];
  const seconds = draft.secondsShown();
  return completions
    .filter((shown) => seen.isUnread(shown, seconds[shown.handle] ?? 0))
    .map(({ handle }) => handle);
}

/** Everything the board shows and everything that can be done on it. */
export function useBoard(props: WorkplaceProps, catalogue: Catalogue, isHeldHere: boolean) {
  const { t } = useTranslation("rankings");
  const work = useWork(props, catalogue, isHeldHere);
  const doing = useRun(props, work);
  const { view, draft, current, ladder, readiness, placeWordsOf } = work;
  const isOrdering = draft.phase === "order";
  const isComparing = view.comparing?.kind === "open";
  const situation: Situation = { phase: draft.phase, kind: work.asked.kind, isComparing };
  useBoardKeys({
    situation,
    keyChanges: work.preferences.keyChanges,
    hasShortcuts: work.preferences.hasShortcuts,
    isBlocked: view.overlay !== null || draft.state.conflict !== null || isComparing,
    choosing: choosingIn(work),
    run: doing.run,
  });
  return {
    ...work,
    ...doing,
    situation,
    // With the prompt folded away there is room for two, and two are what ordering is about.
    shown: shownIn(
      view.layout,
      { completions: work.completions, current, board: draft.board },
      { isBeside: isOrdering && view.isPromptFolded, numBeside: view.numBeside },
    ),
    unread: unreadIn(work),
    unplaced: unplacedOf(draft.board, work.order),
    verdictOf: (left: Handle, right: Handle) => verdictIn(ladder, left, right),
    factsOf: (handle: Handle) =>
      chipFacts(work.completionOf(handle), {
        board: draft.board,
        flagItems: work.flagItems,
        asked: work.asked,
        readiness,
        place: placeWordsOf(handle),
      }),
    announcement: isOrdering
      ? placeWordsOf(current.handle)
      : t("completion", { letter: current.letter }),
  };
}
