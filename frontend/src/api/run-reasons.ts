import type { Stage } from "./training-types";

interface Reason {
  happened: string;
  /** What a person can do about it on the page of the run; empty where there is nothing to say. */
  remedy: string;
}

const REASONS: Record<string, Reason> = {
  lost: { happened: "The worker stopped reporting, so its attempt was given up.", remedy: "" },
  killed: {
    happened: "The trainer was killed from outside and left no result.",
    remedy: "The end of the log may say what it was doing.",
  },
  bad_output: { happened: "What the trainer wrote could not be stored.", remedy: "" },
  no_progress: { happened: "One attempt after another ended without getting any further.", remedy: "" },
  nan: {
    happened: "A figure was no longer a number.",
    remedy: "Request one like it with a lower learning rate, which usually helps.",
  },
  out_of_memory: {
    happened: "The accelerator ran out of memory.",
    remedy: "Retry with a smaller max_tokens_per_forward; the result stays the same.",
  },
  disk_full: {
    happened: "The disk of the worker is full.",
    remedy: "Free some space there, then retry.",
  },
  deadline: { happened: "The run passed its deadline.", remedy: "" },
  bad_input: { happened: "One of the inputs could not be used.", remedy: "" },
  kl_ceiling: {
    happened: "The policy moved further from its reference than kl_ceiling allows.",
    remedy:
      "Retry with a higher ceiling to go on, or request one like it with a larger kl_coef or a lower learning rate.",
  },
  sampler_gap: {
    happened:
      "Answers were written with other probabilities than those that are trained, which is a fault of the program or of the precision.",
    remedy: "What was learned before is stored.",
  },
  error: { happened: "The trainer ended with an error.", remedy: "The end of the log says which." },
};

// Where the word itself would not do in a table.
const BRIEF: Record<string, string> = {
  lost: "worker lost",
  nan: "not a number",
  kl_ceiling: "KL ceiling",
  error: "ended with an error",
};

// It has a memory budget of its own.
const SAMPLING_MEMORY = "Retry with a smaller max_rows_per_forward; what was written is kept.";

function remedyOf({ reason, stage }: { reason: string | null; stage: Stage }): string {
  if (reason === "out_of_memory" && stage === "sampling") return SAMPLING_MEMORY;
  return REASONS[reason ?? ""]?.remedy ?? "";
}

/** Why it failed, in the few words that a table has room for; empty while there is nothing to explain. */
export function reasonInBrief({ reason }: { reason: string | null }): string {
  return reason ? (BRIEF[reason] ?? reason.replaceAll("_", " ")) : "";
}

/** What happened, as a sentence; empty while there is nothing to explain. */
export function happenedInWords({ reason }: { reason: string | null }): string {
  if (!reason) return "";
  return REASONS[reason]?.happened ?? `The run ended with the reason "${reason}".`;
}

/** The same with what to do on the page of the run; null while there is nothing to explain. */
export function reasonInWords(run: { reason: string | null; stage: Stage }): string | null {
  if (!run.reason) return null;
  return [happenedInWords(run), remedyOf(run)].filter(Boolean).join(" ");
}
