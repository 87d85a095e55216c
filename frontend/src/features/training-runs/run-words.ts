import type { Run } from "@/api/training-types";

// What happened, and what a person can do about it.
const REASONS: Record<string, string> = {
  lost: "The worker stopped reporting, so its attempt was given up.",
  nan: "A figure was no longer a number. A lower learning rate usually helps.",
  out_of_memory:
    "The accelerator ran out of memory. Retry with a smaller max_tokens_per_forward; the result stays the same.",
  disk_full: "The disk of the worker is full. Free some space there, then retry.",
  deadline: "The run passed its deadline.",
  bad_input: "One of the inputs could not be used.",
  kl_ceiling:
    "The policy moved further from its reference than kl_ceiling allows. Retry with a higher ceiling to go on, or start anew with a larger kl_coef or a lower learning rate.",
  sampler_gap:
    "Answers were written with other probabilities than those that are trained, which is a fault of the program or of the precision. What was learned before is stored.",
  error: "The trainer ended with an error; the end of the log says which.",
};

/** The reason of a run as a sentence; null while there is nothing to explain. */
export function reasonInWords(run: Pick<Run, "state" | "reason">): string | null {
  if (!run.reason) return null;
  return REASONS[run.reason] ?? `The run ended with the reason "${run.reason}".`;
}

/** How far a run is, from 0 to 1; 0 while its length is not known. */
export function shareOf(run: Pick<Run, "state" | "step" | "total_steps">): number {
  if (run.state === "succeeded") return 1;
  return run.total_steps ? Math.min(1, run.step / run.total_steps) : 0;
}
