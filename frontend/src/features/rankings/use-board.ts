import { useLayoutEffect, useMemo, useRef, useState } from "react";
import type { RefObject } from "react";

import type { WorkplaceProps } from "@/api/assignments";
import type { Assignment, Catalogue, LabelItem } from "@/api/types";
import { openingOf } from "@/components/visible-text";

import { isJudged, judgmentOf, ladderOf, unplacedOf } from "./board";
import type { Board } from "./board";
import type { Command } from "./keyboard";
import type { ChipFacts } from "./ladder-chip";
import { describePlace } from "./ordering";
import type { Handle, Tiers } from "./ordering";
import { readinessOf, useSubmitRanking } from "./submit-ranking";
import type { Readiness } from "./submit-ranking";
import { useBoardKeys } from "./use-board-keys";
import { useKeyPreferences } from "./use-key-preferences";
import { runCommand, walkingOrder } from "./use-ranking-commands";
import { useRankingDraft } from "./use-ranking-draft";

type Completion = NonNullable<Assignment["completions"]>[number];
export type BoardModel = ReturnType<typeof useBoard>;

const OPENING_CHARACTERS = 160;
/** What may be asked for while an answer is on its way: nothing that changes it. */
const HARMLESS: ReadonlySet<Command["kind"]> = new Set([
  "step",
  "select",
  "page",
  "help",
  "fold-prompt",
  "fixed-width",
]);

/** Keeps the place in each text, so that comparing two completions does not start them over. */
function useReadingPlaces(box: RefObject<HTMLDivElement | null>, current: Handle): void {
  const places = useRef(new Map<Handle, number>());
  useLayoutEffect(() => {
    const element = box.current;
    const remembered = places.current;
    element?.scrollTo({ top: remembered.get(current) ?? 0, behavior: "instant" });
    // Where the page scrolls instead of the box, the next text must not open below its end.
    if (element && element.getBoundingClientRect().top < 0) {
      element.closest("section")?.scrollIntoView({ behavior: "instant" });
    }
    const onScroll = () => remembered.set(current, element?.scrollTop ?? 0);
    element?.addEventListener("scroll", onScroll, { passive: true });
    return () => element?.removeEventListener("scroll", onScroll);
  }, [box, current]);
}

/** Where the work goes on after a reload. */
function firstToJudge(board: Board, order: readonly Handle[], asked: readonly string[]): Handle {
  return order.find((handle) => !isJudged(board, handle, asked)) ?? order[0] ?? "";
}

/** The completion next above on the ladder; below the topmost, the second. */
function neighbourOf(
  current: Completion,
  completions: readonly Completion[],
  board: Board,
): Completion | null {
  const order = completions.map(({ handle }) => handle);
  const walked = walkingOrder(board, order, true);
  const place = walked.indexOf(current.handle);
  const beside = walked[place - 1] ?? walked[place + 1];
  return completions.find(({ handle }) => handle === beside) ?? null;
}

function factsFor(
  completion: Completion,
  board: Board,
  flagItems: readonly LabelItem[],
  ladder: Tiers,
  readiness: Readiness,
  letterOf: (handle: Handle) => string,
): ChipFacts {
  const { rating, flags } = judgmentOf(board, completion.handle);
  const problems = flagItems.filter((item) => item.yes_is_problem && flags[item.key] === true);
  return {
    letter: completion.letter,
    rating,
    numProblems: problems.length,
    opening: openingOf(completion.text, OPENING_CHARACTERS),
    place: describePlace(ladder, completion.handle, letterOf),
    isContradicted: readiness.contradictions.some(
      ({ above, below }) => above === completion.handle || below === completion.handle,
    ),
  };
}

/** Everything the board shows and everything that can be done on it. */
export function useBoard(
  props: WorkplaceProps,
  catalogue: Catalogue,
  textBox: RefObject<HTMLDivElement | null>,
) {
  const { assignment } = props;
  const completions = useMemo(() => assignment.completions ?? [], [assignment]);
  const order = useMemo(() => completions.map(({ handle }) => handle), [completions]);
  const draft = useRankingDraft(assignment, order);
  const submitting = useSubmitRanking(assignment, draft, props.onSubmitted);
  const preferences = useKeyPreferences();
  const askedKeys = assignment.questions ?? [];
  const [currentHandle, setCurrentHandle] = useState<Handle>(() =>
    firstToJudge(draft.board, order, askedKeys),
  );
  const [overlay, setOverlay] = useState<"help" | "skip" | null>(null);
  const [isPromptFolded, setPromptFolded] = useState(false);
  const [isNoteOpen, setNoteOpen] = useState(false);
  const [wantsConfirmation, setWantsConfirmation] = useState(false);
  useReadingPlaces(textBox, currentHandle);

  const { board, phase } = draft;
  const current = completions.find(({ handle }) => handle === currentHandle) ?? completions[0];
  if (!current) throw new Error("A ranking without completions cannot be shown");
  const readiness = readinessOf(board, order, askedKeys);
  const ladder = ladderOf(board, order);
  const flagItems = catalogue.label_items.filter(({ kind }) => kind === "flag");
  const letters = new Map(completions.map(({ handle, letter }) => [handle, letter]));
  const letterOf = (handle: Handle) => letters.get(handle) ?? "?";
  const isConfirming = wantsConfirmation && readiness.isComplete && readiness.isOrderOnlyFromRatings;

  function setCurrent(handle: Handle) {
    setNoteOpen(false);
    setCurrentHandle(handle);
  }
  function confirm() {
    setWantsConfirmation(false);
    submitting.submit(order);
  }
  function submit() {
    if (!readiness.isComplete || submitting.isUnderWay) return;
    if (readiness.isOrderOnlyFromRatings && !isConfirming) setWantsConfirmation(true);
    else confirm();
  }
  function run(command: Command) {
    if (submitting.isUnderWay && !HARMLESS.has(command.kind)) return;
    if (command.kind !== "submit") setWantsConfirmation(false);
    runCommand(command, {
      order,
      current: current?.handle ?? "",
      draft,
      flagItems,
      askedKeys,
      preferences,
      textBox,
      setCurrent,
      setNoteOpen,
      toggleFold: () => setPromptFolded((folded) => !folded),
      openSkip: () => setOverlay("skip"),
      openHelp: () => setOverlay("help"),
      submit,
      takeBackLast: props.takeBackLast,
    });
  }
  useBoardKeys({
    phase,
    hasShortcuts: preferences.hasShortcuts,
    isBlocked: overlay !== null || draft.state.conflict !== null,
    run,
  });

  return {
    assignment,
    completions,
    order,
    current,
    // With the prompt folded away there is room for two, and two are what ordering is about.
    neighbour:
      phase === "order" && isPromptFolded ? neighbourOf(current, completions, board) : null,
    draft,
    submitting,
    preferences,
    readiness,
    ladder,
    unplaced: unplacedOf(board, order),
    flagItems,
    askedKeys,
    overlay,
    setOverlay,
    isPromptFolded,
    isNoteOpen,
    setNoteOpen,
    isConfirming,
    confirm,
    orderByHand: () => {
      setWantsConfirmation(false);
      draft.setPhase("order");
    },
    setCurrent,
    run,
    letterOf,
    factsOf: (handle: Handle) => {
      const completion = completions.find((other) => other.handle === handle) ?? current;
      return factsFor(completion, board, flagItems, ladder, readiness, letterOf);
    },
    announcement:
      phase === "order"
        ? describePlace(ladder, current.handle, letterOf)
        : `Completion ${current.letter}`,
  };
}
