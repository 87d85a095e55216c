import { Button, Text } from "@mantine/core";

import type { Assignment } from "@/api/types";
import { StatePage } from "@/components/state-page";
import { useNow } from "@/components/use-now";

interface WayBack {
  title: string;
  words: string;
  /** What the button says; null where there is no way back. */
  label: string | null;
}

function wayBackOf(assignment: Assignment, now: number): WayBack {
  if (assignment.state === "skipped") {
    return {
      title: "You skipped this task",
      words: "Your draft is kept. Undo the skip to go on with it.",
      label: "Undo the skip",
    };
  }
  const title = "You have answered this task";
  const until = assignment.take_back_until;
  return until !== null && Date.parse(until) > now
    ? { title, words: "For a few minutes it can be taken back and changed.", label: "Take it back" }
    : { title, words: "The time for taking it back is over; it counts now.", label: null };
}

/** A task that is answered or skipped, opened by its address: what can still be done about it. */
export function ClosedTask({
  assignment,
  problem,
  onTakeBack,
  onUndoSkip,
  onNext,
}: {
  assignment: Assignment;
  problem: string | null;
  onTakeBack: () => void;
  onUndoSkip: () => void;
  onNext: () => void;
}) {
  const { title, words, label } = wayBackOf(assignment, useNow());
  return (
    <main>
      <StatePage
        title={title}
        actions={
          <>
            <Button onClick={onNext}>Next task</Button>
            {label && (
              <Button
                variant="default"
                onClick={assignment.state === "skipped" ? onUndoSkip : onTakeBack}
              >
                {label}
              </Button>
            )}
          </>
        }
      >
        <p>{words}</p>
        {problem && (
          <Text c="var(--danger)" role="alert">
            {problem}
          </Text>
        )}
      </StatePage>
    </main>
  );
}
