import type { Evaluation } from "@/api/research-types";
import { countOf, formatCount } from "@/components/formats";
import { ProgressLine } from "@/components/progress-line";

/** How many of an evaluation's places for answers are filled. */
export function EvaluationProgress({ evaluation }: { evaluation: Evaluation }) {
  const { num_slots: slots, num_submitted: submitted, num_open: open, name, state } = evaluation;
  if (slots === 0) return <>no tasks yet</>;
  const inWork = slots - submitted - open;
  return (
    <ProgressLine
      share={submitted / slots}
      label={`Answers of ${name}`}
      words={`${formatCount(submitted)} of ${countOf(slots, "answer")}`}
      more={inWork > 0 ? `${formatCount(inWork)} in work` : undefined}
      isQuiet={state === "paused"}
    />
  );
}
