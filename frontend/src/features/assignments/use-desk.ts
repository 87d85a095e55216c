import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";

import { historyQuery, skipAssignment, takeBack, undoSkip } from "@/api/assignments";
import { sentenceFor } from "@/api/errors";
import { labelingProjectsQuery, ownWorkQuery } from "@/api/labeling";
import type { NextAssignment } from "@/api/types";

import { useAssignment } from "./use-assignment";
import { useLastAnswer } from "./use-last-answer";
import { isReady, usePrefetch } from "./use-prefetch";

/**
 * One turn at the desk: which task lies on it, and everything that can happen to it.
 *
 * Without a project the tasks come from any, the most urgent first.
 */
export function useDesk(project: number | null) {
  const queryClient = useQueryClient();
  const [address, setAddress] = useSearchParams();
  const [turn, setTurn] = useState(0);
  const [ready, setReady] = useState<NextAssignment | null>(null);
  const [skipped, setSkipped] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const assignment = useAssignment(project, address.get("assignment"), turn, ready);
  const prefetched = usePrefetch(project, assignment.data?.assignment ?? null);
  const lastAnswer = useLastAnswer();

  function open(assignmentId: string | null) {
    setReady(assignmentId === null && isReady(prefetched, Date.now()) ? prefetched : null);
    setAddress(assignmentId ? { assignment: assignmentId } : {}, { replace: true });
    setTurn((before) => before + 1);
    void queryClient.invalidateQueries({ queryKey: historyQuery.queryKey });
    void queryClient.invalidateQueries({ queryKey: labelingProjectsQuery.queryKey });
    void queryClient.invalidateQueries({ queryKey: ownWorkQuery.queryKey });
  }

  /** Runs something that ends with a task on the desk, and says so when it is refused. */
  async function reopen(bringBack: (id: string) => Promise<unknown>, id: string) {
    setProblem(null);
    try {
      await bringBack(id);
      setSkipped(null);
      open(id);
    } catch (error) {
      setProblem(sentenceFor(error));
    }
  }

  return {
    assignment,
    lastAnswer,
    skipped,
    problem,
    next: () => open(null),
    onSubmitted: () => {
      setSkipped(null);
      open(null);
    },
    onSkip: async (id: string, reason: string, comment: string) => {
      await skipAssignment(id, reason, comment);
      setSkipped(id);
      open(null);
    },
    takeBack: (id: string) => void reopen(takeBack, id),
    undoSkip: (id: string) => void reopen(undoSkip, id),
  };
}

export type Desk = ReturnType<typeof useDesk>;
