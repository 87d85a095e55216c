import { isLive } from "@/api/runs";
import type { RunRow } from "@/api/training-types";
import { formatCount, formatDuration } from "@/components/formats";
import { ProgressLine } from "@/components/progress-line";

import { shareOf, waitInWords } from "./run-words";

// Before the first step, or where a stage counts none.
const WITHOUT_A_STEP: Partial<Record<RunRow["state"], string>> = {
  running: "Preparing its first step",
  succeeded: "Ended",
  failed: "Ended before its first step",
  cancelled: "Ended before its first step",
};

function stepsInWords({ step, total_steps: total, state }: RunRow): string {
  if (step === 0) return WITHOUT_A_STEP[state] ?? "Not started";
  if (total === null) return `Step ${formatCount(step)}`;
  return `Step ${formatCount(step)} of ${formatCount(total)}`;
}

function timeInWords(run: RunRow): string | undefined {
  if (run.waiting !== null) return waitInWords(run.waiting);
  if (run.stalled_seconds !== null) return `no step for ${formatDuration(run.stalled_seconds)}`;
  if (run.state === "running" && run.step === run.total_steps) return "evaluating and storing";
  if (run.state === "running" && run.eta_seconds !== null) {
    return `${formatDuration(run.eta_seconds)} left`;
  }
  if (run.started_at && run.ended_at) {
    const seconds = (Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1000;
    return `took ${formatDuration(seconds)}`;
  }
  return undefined;
}

export function RunProgress({ run }: { run: RunRow }) {
  return (
    <ProgressLine
      share={shareOf(run)}
      label={`Progress of ${run.name}`}
      words={stepsInWords(run)}
      more={timeInWords(run)}
      isQuiet={!isLive(run.state)}
    />
  );
}
