import { useCallback, useEffect, useRef, useState } from "react";

import type { DraftState } from "@/api/draft-keeper";
import type { Assignment, RankingDraft } from "@/api/types";
import { useActiveTime } from "@/api/use-active-time";
import { useDraft } from "@/api/use-draft";
import { record, redo, startHistory, undo } from "@/components/undo-history";
import type { UndoHistory } from "@/components/undo-history";

import { emptyBoard, fromDraft, toDraft } from "./board";
import type { Board, Phase } from "./board";
import type { Handle } from "./ordering";

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
  secondsActive: () => number;
  /** While an answer is on its way, nothing is saved beside it. */
  pause: () => void;
  resume: () => void;
  /** The answer has arrived: there is nothing left to restore. */
  discard: () => void;
}

/**
 * One labeler's unsent ranking: the board with undo, saved in this browser at every change and on
 * the server shortly after. A reload restores board and pass.
 */
export function useRankingDraft(assignment: Assignment, order: readonly Handle[]): RankingDraftHandle {
  const isSeeded = assignment.project.seed_order_from_ratings;
  const server = assignment.draft?.body as RankingDraft | undefined;
  const time = useActiveTime(server?.seconds_active ?? 0);
  const latest = useRef<RankingDraft | null>(null);
  const currentBody = useCallback(
    () =>
      latest.current ??
      toDraft(emptyBoard(isSeeded), order, { phase: "rate", secondsActive: time.seconds() }),
    [isSeeded, order, time],
  );
  const { keeper, state } = useDraft<RankingDraft>(assignment, currentBody, time.lastActivityAt);

  const [history, setHistory] = useState<UndoHistory<Board>>(() =>
    startHistory(keeper.opened ? fromDraft(keeper.opened, order, isSeeded) : emptyBoard(isSeeded)),
  );
  const [phase, setPhase] = useState<Phase>(keeper.opened?.phase ?? "rate");
  const board = history.present;

  // What the keeper knows already: opening a task, or taking a draft over, saves nothing.
  const known = useRef({ board, phase });
  useEffect(() => {
    const body = toDraft(board, order, { phase, secondsActive: Math.round(time.seconds()) });
    latest.current = body;
    if (known.current.board === board && known.current.phase === phase) return;
    known.current = { board, phase };
    keeper.change(body);
  }, [board, phase, keeper, order, time]);

  function resolveConflict(choice: "mine" | "theirs") {
    const body = keeper.resolve(choice);
    if (choice === "mine" || !body) return;
    const taken = fromDraft(body, order, isSeeded);
    known.current = { board: taken, phase: body.phase };
    setHistory(startHistory(taken));
    setPhase(body.phase);
  }

  return {
    board,
    phase,
    setPhase,
    change: (next, tag) => setHistory((before) => record(before, next(before.present), tag)),
    undo: () => setHistory(undo),
    redo: () => setHistory(redo),
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    state,
    resolveConflict,
    secondsActive: time.seconds,
    pause: () => keeper.stop(),
    resume: () => keeper.start(),
    discard: () => keeper.discard(),
  };
}
