import { useState } from "react";
import type { ComponentType } from "react";
import { useParams } from "react-router";

import type { QuestionsProps, WorkplaceProps } from "@/api/assignments";
import type { Assignment } from "@/api/types";
import { BesideTitle } from "@/components/beside-title";

import { BreakReminder } from "./break-reminder";
import { ClosedTask } from "./closed-task";
import { ContentGate } from "./content-gate";
import { EmptyQueue } from "./empty-queue";
import { LastAnswer } from "./last-answer";
import { RefusedDesk } from "./refused-desk";
import { TodayNote } from "./today-note";
import { useDesk } from "./use-desk";
import type { Desk } from "./use-desk";
import { WorkSkeleton } from "./work-skeleton";

export type Workplaces = Record<Assignment["kind"], ComponentType<WorkplaceProps>>;

interface DeskParts {
  /** Which page answers which kind of task. */
  workplaces: Workplaces;
  /** The talk with the researchers, beside the work. */
  Questions: ComponentType<QuestionsProps>;
}

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
  const [accepted, setAccepted] = useState<string | null>(null);
  const warning = assignment.project.content_warning;
  const Kind = workplaces[assignment.kind];
  if (warning !== "" && accepted !== assignment.id) {
    return (
      <ContentGate
        key={assignment.id}
        warning={warning}
        onShow={() => setAccepted(assignment.id)}
        onDecline={() => desk.onSkip(assignment.id, "sensitive", "")}
      />
    );
  }
  return (
    <BesideTitle value={<TodayNote />}>
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
    </BesideTitle>
  );
}

/** What lies on the desk in this turn. */
function DeskTop({ project, ...parts }: { project: number | null } & DeskParts) {
  const desk = useDesk(project);
  const { assignment: query } = desk;

  // A refetch brings the next task: what is on the desk meanwhile is the last one, and done with.
  if (query.isPending) return <WorkSkeleton />;
  if (query.isError) {
    return <RefusedDesk project={project} error={query.error} onRetry={() => void query.refetch()} />;
  }
  const { assignment } = query.data;
  if (!assignment) {
    return (
      <EmptyQueue
        project={project}
        next={query.data}
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
  return <Workplace desk={desk} assignment={assignment} {...parts} />;
}

/** Brings one task after the other to the workplace made for its kind. */
export function AssignmentDesk(parts: DeskParts) {
  const { projectId } = useParams();
  const project = projectId === "any" ? null : Number(projectId);
  return (
    <>
      <DeskTop key={projectId} project={project} {...parts} />
      <BreakReminder />
    </>
  );
}
