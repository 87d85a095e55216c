import { happenedInWords } from "@/api/run-reasons";
import type { RoundStep, StartedStep } from "@/api/training-types";

/** The steps that can begin by a click or by themselves, in order. */
export const STARTED_STEPS: StartedStep[] = ["sampling", "tasks", "snapshot", "reward_model", "ppo", "evaluation"];

export const STEP_WORDS: Record<RoundStep["step"], { label: string; help: string; start: string }> = {
  sampling: {
    label: "Sampling",
    help: "The prompts that its policies have answered least are answered.",
    start: "Sample",
  },
  tasks: { label: "Tasks", help: "What was sampled goes to the labelers.", start: "Make the tasks" },
  snapshot: { label: "Rankings", help: "What was labeled so far is frozen.", start: "Freeze" },
  reward_model: {
    label: "Reward model",
    help: "Learns from the frozen rankings, starting from the policy.",
    start: "Train",
  },
  ppo: { label: "Policy", help: "PPO against this round's own reward model.", start: "Train" },
  evaluation: {
    label: "Evaluation",
    help: "People judge how the new policy and the baseline answer held-out prompts.",
    start: "Sample held-out prompts",
  },
};

export const STEP_STATE_WORDS = {
  waiting: { label: "Waiting", tone: "neutral", icon: "waiting" },
  ready: { label: "Ready", tone: "active", icon: "open" },
  working: { label: "At work", tone: "active", icon: "working" },
  done: { label: "Done", tone: "good", icon: "done" },
  failed: { label: "Failed", tone: "bad", icon: "failed" },
} as const satisfies Record<RoundStep["state"], { label: string; tone: string; icon: string }>;

/** What has not begun when the round is closed. */
export const NOT_BEGUN = { label: "Not begun", tone: "neutral", icon: "stopped" } as const;

const GOES_ON = "the round goes on with the retry.";
const SAME_SETTINGS = "Begun again with the same settings it is likely to end so again.";
// What helps here. A step that begins again takes the settings of the round; a retry may change some.
const REMEDIES: Record<string, string> = {
  out_of_memory: `Retry it on its own page with a smaller max_tokens_per_forward: ${GOES_ON}`,
  kl_ceiling: `Retry it on its own page with a higher ceiling: ${GOES_ON}`,
  disk_full: "Free some space there, then begin it again.",
  bad_input: "Put the input right, then begin it again.",
  nan: `${SAME_SETTINGS} A round that is opened with a lower learning rate usually helps.`,
  sampler_gap: `${SAME_SETTINGS} A round that is opened with precision fp32 usually helps.`,
};

// It has a memory budget of its own.
const SAMPLING_MEMORY = `Retry it on its own page with a smaller max_rows_per_forward: ${GOES_ON}`;

function remedyOf(step: RoundStep["step"], reason: string | null): string {
  const samples = step === "sampling" || step === "evaluation";
  if (samples && reason === "out_of_memory") return SAMPLING_MEMORY;
  return REMEDIES[reason ?? ""] ?? "The log on its page says more. It can be begun again.";
}

/** What happened to the run of a step that failed, and what to do; the step itself says no more. */
export function failureInWords(step: RoundStep["step"], run: NonNullable<RoundStep["run"]>): string {
  if (run.state === "cancelled") return "Its run was cancelled. Begin it again when it is wanted.";
  return `${happenedInWords(run) || "Its run failed."} ${remedyOf(step, run.reason)}`;
}
