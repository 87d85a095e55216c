import { useCallback, useEffect, useRef, useState } from "react";

import type { DraftState } from "@/api/draft-keeper";
import type { Assignment, RankingDraft } from "@/api/types";
import { useActiveTime } from "@/api/use-active-time";
import { useDraft } from "@/api/use-draft";
import { record, redo, startHistory, undo } from "@/components/undo-history";
import type { UndoHistory } from "@/components/undo-history";

import { askedOf, isSeeded } from "./asked";
import { emptyBoard } from "./board";
import type { Board, Phase } from "./board";
import { fromDraft, secondsShownIn, toDraft } from "./board-exchange";
import type { SecondsShown } from "./board-exchange";
import type { Handle } from "./ordering";
import { forgetHistory, historyOf, storeHistory } from "./stored-history";

export interface RankingDraftHandle {
  board: Board;
  phase: Phase;
  setPhase: (phase: Phase) => void;
  /** Changes the board; changes of one tag in a row are undone together. */
  change: (next: (board: Board) => Board, tag?: string) => void;
  undo: () => void;
  redo: () => void;
  canUndo: boolean;
  canRedo: boolean;
  state: DraftState<RankingDraft>;
  resolveConflict: (choice: "mine" | "theirs") => void;
  /** The draft that was saved elsewhere, as a board. */
  theirs: Board | null;
  secondsActive: () => number;
  secondsShown: () => SecondsShown;
  /** While an answer is on its way, nothing is saved beside it. */
  pause: () => void;
  resume: () => void;
  /** The answer has arrived: there is nothing left to restore. */
  discard: () => void;
}

/** What a task without a draft is opened with, and how a saved one is read. */
function readerOf(assignment: Assignment, order: readonly Handle[]) {
  const task = { isSeeded: isSeeded(assignment), questions: assignment.questions ?? [] };
  return (body: RankingDraft | null) =>
    body ? fromDraft(body, order, task) : emptyBoard(task.isSeeded);
}

/** Counts, for every second of work, the completions that are in front. */
function useSecondsShown(start: SecondsShown, inFront: () => readonly Handle[]) {
  const [counted] = useState(() => new Map(Object.entries(start)));
  const read = useCallback(() => Object.fromEntries(counted), [counted]);
  const count = () => {
    for (const handle of inFront()) counted.set(handle, (counted.get(handle) ?? 0) + 1);
  };
  return { read, count };
}

/**
 * One labeler's unsent ranking: the board with undo, saved in this browser at every change and on
 * the server shortly after. A reload restores board, pass, and what can be undone.
 */
export function useRankingDraft(
  assignment: Assignment,
  order: readonly Handle[],
  { inFront, isHeldHere }: { inFront: () => readonly Handle[]; isHeldHere: boolean },
): RankingDraftHandle {
  const [read] = useState(() => readerOf(assignment, order));
  const server = assignment.draft?.body as RankingDraft | undefined;
  const shown = useSecondsShown(secondsShownIn(server), inFront);
  const time = useActiveTime(server?.seconds_active ?? 0, shown.count);
  const secondsShown = shown.read;
  const latest = useRef<{ board: Board; phase: Phase } | null>(null);
  const bodyFor = useCallback(
    (board: Board, phase: Phase) =>
      toDraft(board, order, {
        phase,
        secondsActive: Math.round(time.seconds()),
        secondsShown: secondsShown(),
        asked: askedOf(assignment, board),
      }),
    [assignment, order, time, secondsShown],
  );
  const currentBody = useCallback(
    () => bodyFor(latest.current?.board ?? read(null), latest.current?.phase ?? "rate"),
    [bodyFor, read],
  );
  const { keeper, state } = useDraft<RankingDraft>(
    assignment,
    currentBody,
    time.lastActivityAt,
    isHeldHere,
  );

  const [history, setHistory] = useState<UndoHistory<Board>>(() =>
    historyOf(assignment.id, read(keeper.opened)),
  );
  const [phase, setPhase] = useState<Phase>(keeper.opened?.phase ?? "rate");
  const board = history.present;

  // What the keeper knows already: opening a task, or taking a draft over, saves nothing.
  const known = useRef({ board, phase });
  useEffect(() => {
    latest.current = { board, phase };
    if (known.current.board === board && known.current.phase === phase) return;
    known.current = { board, phase };
    keeper.change(bodyFor(board, phase));
  }, [board, phase, keeper, bodyFor]);
  useEffect(() => {
    if (isHeldHere) storeHistory(assignment.id, history);
  }, [assignment.id, history, isHeldHere]);

  function resolveConflict(choice: "mine" | "theirs") {
    const body = keeper.resolve(choice);
    if (choice === "mine" || !body) return;
    const taken = read(body);
    known.current = { board: taken, phase: body.phase };
    setHistory(startHistory(taken));
    setPhase(body.phase);
  }
  const whereHeld = <Arguments extends unknown[]>(run: (...given: Arguments) => void) =>
    isHeldHere ? run : () => undefined;

  return {
    board,
    phase,
    setPhase: whereHeld(setPhase),
    change: whereHeld((next: (board: Board) => Board, tag?: string) =>
      setHistory((before) => record(before, next(before.present), tag)),
    ),
    undo: whereHeld(() => setHistory(undo)),
    redo: whereHeld(() => setHistory(redo)),
    canUndo: isHeldHere && history.past.length > 0,
    canRedo: isHeldHere && history.future.length > 0,
    state,
    resolveConflict,
    theirs: state.conflict && read(state.conflict.body),
    secondsActive: time.seconds,
    secondsShown,
    pause: () => keeper.stop(),
    resume: () => keeper.start(),
    discard: () => {
      forgetHistory(assignment.id);
      keeper.discard();
    },
  };
}
