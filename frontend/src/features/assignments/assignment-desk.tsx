import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ComponentType } from "react";
import { useParams, useSearchParams } from "react-router";

import { historyQuery, skipAssignment, takeBack, undoSkip } from "@/api/assignments";
import type { QuestionsProps, WorkplaceProps } from "@/api/assignments";
import { ApiError, sentenceFor } from "@/api/errors";
import { labelingProjectsQuery } from "@/api/labeling";
import type { Assignment } from "@/api/types";
import { QueryProblem } from "@/components/query-problem";

import { ClosedTask } from "./closed-task";
import { EmptyQueue } from "./empty-queue";
import { LastAnswer } from "./last-answer";
import { ReadInstructions } from "./read-instructions";
import { useAssignment } from "./use-assignment";
import { useLastAnswer } from "./use-last-answer";
import { WorkSkeleton } from "./work-skeleton";

export type Workplaces = Record<Assignment["kind"], ComponentType<WorkplaceProps>>;

interface DeskParts {
  /** Which page answers which kind of task. */
  workplaces: Workplaces;
  /** The talk with the researchers, beside the work. */
  Questions: ComponentType<QuestionsProps>;
}

/** One turn at the desk: which task lies on it, and everything that can happen to it. */
function useDesk(projectId: number) {
  const queryClient = useQueryClient();
  const [address, setAddress] = useSearchParams();
  const [turn, setTurn] = useState(0);
  const [skipped, setSkipped] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const assignment = useAssignment(projectId, address.get("assignment"), turn);
  const lastAnswer = useLastAnswer();

  function open(assignmentId: string | null) {
    setAddress(assignmentId ? { assignment: assignmentId } : {}, { replace: true });
    setTurn((before) => before + 1);
    void queryClient.invalidateQueries({ queryKey: historyQuery.queryKey });
    void queryClient.invalidateQueries({ queryKey: labelingProjectsQuery.queryKey });
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

type Desk = ReturnType<typeof useDesk>;

function Notice({ desk }: { desk: Desk }) {
  return (
    <LastAnswer
      lastAnswer={desk.lastAnswer}
      skipped={desk.skipped}
      problem={desk.problem}
      onTakeBack={desk.takeBack}
      onUndoSkip={desk.undoSkip}
    />
  );
}

function Workplace({
  desk,
  assignment,
  workplaces,
  Questions,
}: {
  desk: Desk;
  assignment: Assignment;
} & DeskParts) {
  const { lastAnswer, skipped, problem } = desk;
  const [isAsking, setAsking] = useState(false);
  const Kind = workplaces[assignment.kind];
  return (
    <>
      <Kind
        key={assignment.id}
        assignment={assignment}
        notice={(lastAnswer ?? skipped ?? problem) && <Notice desk={desk} />}
        onSubmitted={desk.onSubmitted}
        onSkip={(reason, comment) => desk.onSkip(assignment.id, reason, comment)}
        takeBackLast={lastAnswer && (() => desk.takeBack(lastAnswer.id))}
        openQuestions={() => setAsking(true)}
      />
      <Questions assignment={assignment} isOpen={isAsking} onClose={() => setAsking(false)} />
    </>
  );
}

/** Brings one task after the other to the workplace made for its kind. */
export function AssignmentDesk({ workplaces, Questions }: DeskParts) {
  const projectId = Number(useParams().projectId);
  const desk = useDesk(projectId);
  const { assignment: query } = desk;

  // A refetch brings the next task: what is on the desk meanwhile is the last one, and done with.
  if (query.isPending) return <WorkSkeleton />;
  if (query.isError) {
    const { error } = query;
    if (error instanceof ApiError && error.code === "instructions_not_acknowledged") {
      return <ReadInstructions projectId={projectId} onRead={() => void query.refetch()} />;
    }
    return <QueryProblem error={error} onRetry={() => void query.refetch()} />;
  }
  const { assignment, reason, num_waiting_for_others } = query.data;
  if (!assignment) {
    return (
      <EmptyQueue
        reason={reason ?? "empty"}
        numWaitingForOthers={num_waiting_for_others}
        takeBackLast={desk.lastAnswer && (() => desk.takeBack(desk.lastAnswer?.id ?? ""))}
        notice={<Notice desk={desk} />}
      />
    );
  }
  if (assignment.state === "submitted" || assignment.state === "skipped") {
    return (
      <ClosedTask
        assignment={assignment}
        problem={desk.problem}
        onTakeBack={() => desk.takeBack(assignment.id)}
        onUndoSkip={() => desk.undoSkip(assignment.id)}
        onNext={desk.next}
      />
    );
  }
  return <Workplace desk={desk} assignment={assignment} workplaces={workplaces} Questions={Questions} />;
}
