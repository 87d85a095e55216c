import type { RoundStep, StartedStep } from "@/api/training-types";

/** The steps that can begin by a click or by themselves, in order. */
export const STARTED_STEPS: StartedStep[] = ["sampling", "tasks", "snapshot", "reward_model", "ppo"];

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
  evaluation: { label: "Evaluation", help: "People judge what came of it.", start: "" },
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
