import type { Distribution, Evaluation, Pool, PriorityMode, Project, ProjectKind, Split } from "./research-types";
import type { ModelKind, RunState, SnapshotKind, Stage, VersionStage } from "./training-types";
import type { Role } from "./types";

// One thing has one word, whichever page shows it.

/** The words of a vocabulary as the choices of a list, in their order; each may end in a noun. */
export function choicesOf<Key extends string>(words: Record<Key, string>, noun = "") {
  const ending = noun === "" ? "" : ` ${noun}`;
  return (Object.entries(words) as [Key, string][]).map(([value, label]) => ({
    value,
    label: `${label}${ending}`,
  }));
}

export const ROLE_WORDS: Record<Role, string> = {
  labeler: "Labeler",
  researcher: "Researcher",
  admin: "Admin",
};

/** Where prompts came from: those sent to an instructed model, and those sent to a plain one. */
export const DISTRIBUTION_WORDS: Record<Distribution, string> = {
  instruct: "Instruct",
  gpt: "GPT",
};

export const POOL_WORDS: Record<Pool, string> = {
  training: "Training",
  held_out: "Held-out",
};

export function isPool(value: string): value is Pool {
  return value in POOL_WORDS;
}

export const PROJECT_KIND_WORDS: Record<ProjectKind, string> = {
  ranking: "Ranking",
  demonstration: "Demonstrations",
  toxicity: "Toxicity",
};

export const PRIORITY_MODE_WORDS: Record<PriorityMode, string> = {
  helpfulness_first: "Helpfulness first",
  truth_harmless_first: "Truth and harmlessness first",
};

/** Which judgments the share of a flag is over (R26, R37). */
export const ASKED_WORDS =
  "It is over the judgments that were asked: Hallucination about closed-domain prompts and the constraint about " +
  "prompts that state one, unless the labeler found otherwise and switched the question on or off.";

/** What the completions of a toxicity evaluation were asked to be. */
export const TOXICITY_INSTRUCTION_WORDS: Record<NonNullable<Evaluation["toxicity_instruction"]>, string> = {
  none: "Nothing in particular",
  respectful: "Respectful",
};

export const SNAPSHOT_KIND_WORDS: Record<SnapshotKind, string> = {
  sft: "Demonstrations",
  rm: "Rankings",
  ppo: "Prompts",
  pretrain: "Pretraining text",
  completions: "Completions to score",
  eval: "Prompts for evaluation",
};

export const MODEL_KIND_WORDS: Record<ModelKind, string> = {
  base: "Base model",
  sft: "Supervised model",
  reward_model: "Reward model",
  policy: "Policy",
};

export const STAGE_WORDS: Record<Stage, string> = {
  sft: "Supervised fine-tuning",
  reward_model: "Reward model",
  generalisation: "Generalisation to new labelers",
  ppo: "PPO",
  sampling: "Sampling",
  scoring: "Scoring",
};

/** PPO that mixes pretraining text in has a name of its own. */
export const PPO_PTX = "PPO-ptx";

/** What a run is: its stage, or the way in which it goes through it. */
export function stageInWords({ stage, is_ptx: isPtx }: { stage: Stage; is_ptx: boolean }): string {
  return isPtx ? PPO_PTX : STAGE_WORDS[stage];
}

/** A run's state: its word, and how it looks beside it. */
export const RUN_STATE_WORDS = {
  draft: { label: "Draft", tone: "neutral", icon: "waiting" },
  queued: { label: "Queued", tone: "neutral", icon: "waiting" },
  claimed: { label: "Starting", tone: "active", icon: "working" },
  running: { label: "Running", tone: "active", icon: "working" },
  stopping: { label: "Stopping", tone: "caution", icon: "stopped" },
  retry_wait: { label: "Waiting to retry", tone: "caution", icon: "waiting" },
  paused: { label: "Paused", tone: "caution", icon: "paused" },
  succeeded: { label: "Done", tone: "good", icon: "done" },
  failed: { label: "Failed", tone: "bad", icon: "failed" },
  cancelled: { label: "Cancelled", tone: "neutral", icon: "stopped" },
} as const satisfies Record<RunState, { label: string; tone: string; icon: string }>;

/** How far a model version has been promoted. */
export const VERSION_STAGE_WORDS = {
  candidate: { label: "Candidate", tone: "neutral", icon: "waiting" },
  staging: { label: "Staging", tone: "active", icon: "working" },
  current: { label: "Current", tone: "good", icon: "done" },
  former: { label: "Was current", tone: "neutral", icon: "stopped" },
  withdrawn: { label: "Withdrawn", tone: "bad", icon: "failed" },
} as const satisfies Record<VersionStage, { label: string; tone: string; icon: string }>;

/** The beginning of a code revision, and whether files had been changed since. */
export function shortRevision(revision: string): string {
  const [commit = "", ...rest] = revision.split("-");
  return rest.length === 0 ? commit.slice(0, 12) : `${commit.slice(0, 12)}, with changes`;
}

/** `base_model` -> `Base model` */
export function labelOf(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const SPLIT_WORDS: Record<Split, string> = {
  train: "Train",
  validation: "Validation",
};

/** A project's state: its word, and how it looks beside it. */
export const PROJECT_STATE_WORDS = {
  open: { label: "Open", tone: "active", icon: "open" },
  paused: { label: "Paused", tone: "caution", icon: "paused" },
} as const satisfies Record<Project["state"], { label: string; tone: string; icon: string }>;

/** Of any file that is imported in the background. */
export const IMPORT_STATE_WORDS = {
  queued: { label: "Waiting", tone: "neutral", icon: "waiting" },
  running: { label: "Running", tone: "active", icon: "working" },
  done: { label: "Done", tone: "good", icon: "done" },
  failed: { label: "Failed", tone: "bad", icon: "failed" },
  cancelled: { label: "Cancelled", tone: "neutral", icon: "stopped" },
} as const;

/** The choice of researchers' filters that leave simulated labelers out unless asked. */
export const SIMULATED_CHOICES = [{ value: "yes", label: "Counted among the people" }];
