import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import type { WorkplaceProps } from "@/api/assignments";
import type { Catalogue } from "@/api/types";

import { askedOf, conditionalQuestions } from "./asked";
import { ladderOf } from "./board";
import { firstToJudge } from "./board-facts";
import type { Shown } from "./completion-text";
import { placeOf } from "./ordering";
import type { Handle } from "./ordering";
import { readinessOf, useSubmitRanking } from "./submit-ranking";
import { usePreferences } from "./use-preferences";
import { useRankingDraft } from "./use-ranking-draft";
import { useReadingPlaces, useSightings } from "./use-sightings";
import { useView } from "./use-view";
import { placeWords } from "./words";

export type Work = ReturnType<typeof useWork>;

/** The draft, what of the texts is seen while it is made, and how it is looked at. */
function useDesk({ assignment, onSubmitted }: WorkplaceProps, isHeldHere: boolean) {
  const preferences = usePreferences();
  const completions: readonly Shown[] = useMemo(() => assignment.completions ?? [], [assignment]);
  const order = useMemo(() => completions.map(({ handle }) => handle), [completions]);
  const view = useView(completions, preferences);
  const seen = useSightings();
  const { comparing } = view;
  const draft = useRankingDraft(assignment, order, {
    inFront: () => (comparing?.kind === "open" ? [comparing.left, comparing.right] : seen.inView()),
    isHeldHere,
  });
  const submitting = useSubmitRanking(assignment, draft, onSubmitted);
  return { preferences, completions, order, view, seen, draft, submitting };
}

/** Everything that was said about one task so far, and what is in front of the labeler now. */
export function useWork(props: WorkplaceProps, catalogue: Catalogue, isHeldHere: boolean) {
  const { t } = useTranslation("rankings");
  const { assignment } = props;
  const desk = useDesk(props, isHeldHere);
  const { completions, order, view, draft } = desk;
  const { board } = draft;
  const asked = askedOf(assignment, board);
  const [currentHandle, setCurrentHandle] = useState<Handle>(() =>
    firstToJudge(board, order, asked),
  );
  useReadingPlaces(desk.seen.boxOf, currentHandle, view.layout !== "single");

  const current = completions.find(({ handle }) => handle === currentHandle) ?? completions[0];
  if (!current) throw new Error("A ranking without completions cannot be shown");
  const ladder = ladderOf(board, order);
  const flagItems = useMemo(
    () => catalogue.label_items.filter(({ kind }) => kind === "flag"),
    [catalogue],
  );
  const completionOf = (handle: Handle) =>
    completions.find((other) => other.handle === handle) ?? current;
  const letterOf = (handle: Handle) => completionOf(handle).letter;
  const { setNoteOpen } = view;
  // Stays the same function, so that a key draws no long text anew.
  const setCurrent = useCallback(
    (handle: Handle) => {
      setNoteOpen(false);
      setCurrentHandle(handle);
    },
    [setNoteOpen],
  );
  return {
    ...desk,
    assignment,
    isHeldHere,
    asked,
    current,
    setCurrent,
    readiness: readinessOf(board, order, asked),
    ladder,
    flagItems,
    conditional: conditionalQuestions(assignment, flagItems, asked),
    completionOf,
    letterOf,
    placeWordsOf: (handle: Handle) =>
      placeWords(t, letterOf(handle), placeOf(ladder, handle), letterOf),
  };
}
