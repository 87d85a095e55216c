import type { Run } from "@/api/training-types";
import { formatCount, formatDuration } from "@/components/formats";

type Waiting = NonNullable<Run["waiting"]>;

/** What keeps a waiting run, in a few words. */
export function waitInWords({ waiting_for: cause, silent_seconds: silent, starts_in_seconds: left }: Waiting): string {
  switch (cause) {
    case "gpu_worker":
      return silent === null
        ? "no GPU worker has ever reported in"
        : `no GPU worker online (last seen ${formatDuration(silent)} ago)`;
    case "free_slot":
      return "waiting for a free GPU";
    case "next_attempt":
      return `next attempt in ${formatDuration(left ?? 0)}`;
    case "dispatch":
      return "starts within seconds";
  }
}

/** What a person has asked of a run that is still at work; nothing where nobody has. */
export function wishInWords({ asked_to: wish }: Pick<Run, "asked_to">): string {
  if (wish === "cancel") return "asked to end: it does so at its next step";
  if (wish === "kill") return "being killed: its processes end within seconds";
  if (wish === "pause") return "asked to pause: it saves a checkpoint at its next step";
  return "";
}

/** What a kill costs, for the question before it. */
export function lossInWords({ step, can }: Pick<Run, "step" | "can">): string {
  const lost = step === 1 ? "The step" : `The ${formatCount(step)} steps`;
  return [
    "Its processes end within seconds, in the middle of their work, and store no last checkpoint.",
    step === 0 ? "It has made no step yet." : `${lost} that it has made leave no model and no checkpoint to go on from.`,
    "Its figures and log so far stay. A killed run can be retried, from the beginning.",
    can.pause ? "Pause it instead to keep its checkpoints." : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/** How far a run is, from 0 to 1; 0 while its length is not known. */
export function shareOf(run: Pick<Run, "state" | "step" | "total_steps">): number {
  if (run.state === "succeeded") return 1;
  return run.total_steps ? Math.min(1, run.step / run.total_steps) : 0;
}
