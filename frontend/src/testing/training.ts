import type {
  Freezing,
  ModelVersion,
  ModelVersionDetail,
  Run,
  Snapshot,
  StageDescription,
  StageMetric,
} from "@/api/training-types";

const MOMENT = "2026-03-01T12:00:00Z";

export const sft: ModelVersion = {
  id: "00000001-0000-4000-8000-000000000001",
  name: "SFT on first demonstrations",
  kind: "sft",
  licence: "Apache-2.0",
  source: "HuggingFaceTB/SmolLM2-135M-Instruct",
  sha256: "a".repeat(64),
  bytes: 538_090_408,
  created_at: MOMENT,
  run: { id: "00000002-0000-4000-8000-000000000002", stage: "sft" },
  completion_source_id: 9,
  architecture: "llama",
  context_tokens: 2048,
  vocabulary_size: 49_152,
  vocabulary_sha256: "c".repeat(64),
  stage: null,
  evidence: null,
  report: {},
};

export const rewardModel: ModelVersion = {
  ...sft,
  id: "00000003-0000-4000-8000-000000000003",
  name: "Reward model, week 12",
  kind: "reward_model",
  run: { id: "00000004-0000-4000-8000-000000000004", stage: "reward_model" },
  completion_source_id: null,
};

export const rankings: Snapshot = {
  id: "00000005-0000-4000-8000-000000000005",
  name: "Week 12, all projects",
  kind: "rm",
  sha256: "b".repeat(64),
  num_records: 612,
  counts: { rankings: 2410, pairs: 21_874, labelers: 38 },
  query: { project_ids: null, include_simulated: false },
  created_by: { id: 2, display_name: "Ruth Adler" },
  created_at: MOMENT,
  bytes: 4_820_113,
};

export const freezing: Freezing = {
  id: "0000000a-0000-4000-8000-00000000000a",
  name: rankings.name,
  kind: "rm",
  state: "queued",
  snapshot_id: null,
  failure: "",
  created_by: rankings.created_by,
  created_at: MOMENT,
  started_at: null,
};

export const prompts: Snapshot = {
  ...rankings,
  id: "00000006-0000-4000-8000-000000000006",
  name: "Customer prompts",
  kind: "ppo",
  counts: { prompts: 512 },
};

/** An entry of the glossary that says no more than it must. */
export function metric(name: string, changes: Partial<StageMetric> = {}): StageMetric {
  return {
    name,
    title: name,
    meaning: "What it means.",
    formula: "a / b",
    unit: "",
    healthy: "steady",
    low: null,
    high: null,
    otherwise: "",
    source: "",
    chart: "",
    ...changes,
  };
}

const number = {
  kind: "int" as const,
  minimum: 1,
  maximum: 100_000,
  choices: [],
  unit: "",
  may_change_in_retry: false,
};

export const stages: StageDescription[] = [
  {
    stage: "reward_model",
    label: "Reward model",
    inputs: [
      { role: "base_model", kind: "model_version", accepts: ["sft", "base", "policy"], required: true, reads_tokens_of: "" },
      { role: "rankings", kind: "snapshot", accepts: ["rm"], required: true, reads_tokens_of: "" },
    ],
    hyperparameters: [
      { ...number, name: "epochs", default: 1, help: "Passes over the rankings.", source: "C.2" },
      { ...number, name: "batch_size", default: 64, help: "Prompts in a step.", source: "C.2" },
    ],
    evaluations: [],
    presets: [],
  },
  {
    stage: "ppo",
    label: "PPO",
    inputs: [
      { role: "policy", kind: "model_version", accepts: ["sft", "base", "policy"], required: true, reads_tokens_of: "" },
      { role: "reward_model", kind: "model_version", accepts: ["reward_model"], required: true, reads_tokens_of: "policy" },
      { role: "prompts", kind: "snapshot", accepts: ["ppo"], required: true, reads_tokens_of: "" },
      { role: "evaluation_reward_model", kind: "model_version", accepts: ["reward_model"], required: false, reads_tokens_of: "policy" },
    ],
    hyperparameters: [
      { ...number, kind: "float", name: "kl_coef", minimum: 0, default: 0.02, help: "Price.", source: "C.4" },
    ],
    evaluations: [
      { name: "answer_length", title: "Length of answers", unit: "tokens", meaning: "How long they are.", needs: [] },
      { name: "cut_share", title: "Answers without an end", unit: "share of answers", meaning: "Cut off.", needs: [] },
      {
        name: "second_reward",
        title: "Reward of a second reward model",
        unit: "reward per answer",
        meaning: "Judged by another.",
        needs: ["evaluation_reward_model"],
      },
    ],
    presets: [],
  },
];

/** A stage that the paper trains in two ways. */
export const sftStage: StageDescription = {
  stage: "sft",
  label: "Supervised fine-tuning",
  inputs: [{ role: "base_model", kind: "model_version", accepts: ["sft", "base"], required: true, reads_tokens_of: "" }],
  hyperparameters: [
    { ...number, name: "epochs", default: 16, help: "Passes over the demonstrations.", source: "C.1" },
    { ...number, kind: "float", name: "learning_rate", minimum: 0, default: 9.65e-6, help: "Peak.", source: "C.1" },
  ],
  evaluations: [],
  presets: [
    {
      name: "baseline",
      label: "Supervised baseline",
      help: "Demonstrations alone.",
      source: "C.1",
      hyperparameters: {},
      sweeps: [],
    },
    {
      name: "ppo_init",
      label: "Initial policy for PPO",
      help: "With pretraining text.",
      source: "C.3",
      hyperparameters: { epochs: 2, learning_rate: 5e-6 },
      sweeps: [{ parameter: "learning_rate", values: [2.812e-6, 5e-6, 8.891e-6] }],
    },
  ],
};

export const run: Run = {
  id: "00000007-0000-4000-8000-000000000007",
  name: "Reward model, second try",
  stage: "reward_model",
  is_ptx: false,
  state: "running",
  reason: null,
  reason_detail: null,
  step: 12,
  total_steps: 48,
  progress: 0.25,
  eta_seconds: 190,
  stalled_seconds: null,
  waiting: null,
  asked_to: null,
  created_by: { id: 2, display_name: "Ruth Adler" },
  created_at: MOMENT,
  started_at: MOMENT,
  ended_at: null,
  heartbeat_at: null,
  checkpointed_at: null,
  worker: "gpu-node-03/0",
  priority: 0,
  attempt: 1,
  failures: 0,
  max_failures: 3,
  inputs: {
    base_model: { id: sft.id, name: sft.name, kind: "sft", sha256: sft.sha256 },
    rankings: { id: rankings.id, name: rankings.name, kind: "rm", sha256: "d".repeat(64) },
  },
  hyperparameters: { epochs: 2, batch_size: 64 },
  weights: {},
  evaluations: [],
  changed: ["epochs"],
  warnings: [],
  seed: 7,
  code_revision: "0f4c9d2a7e1b",
  spec_sha256: "c".repeat(64),
  parent_id: null,
  output_model_version: null,
  report: {},
  broken_step: null,
  attempts: [],
  events: [],
  can: { cancel: true, kill: true, pause: true, resume: false, retry: false },
};

export function detailOf(model: ModelVersion, lineage: Partial<ModelVersionDetail["lineage"]>): ModelVersionDetail {
  return {
    ...model,
    lineage: {
      parents: [],
      snapshots: [],
      labels: {
        num_rankings: 0,
        num_demonstrations: 0,
        num_labelers: 0,
        first_at: null,
        last_at: null,
        ranking_ids: [],
      },
      code_revision: null,
      seed: null,
      hyperparameters: {},
      ...lineage,
    },
  };
}

/** A stage that chooses its prompts when it is requested. */
export const samplingStage: StageDescription = {
  stage: "sampling",
  label: "Sampling",
  inputs: [
    { role: "model", kind: "model_version", accepts: ["sft", "base", "policy"], required: true, reads_tokens_of: "" },
    { role: "prompts", kind: "snapshot", accepts: ["ppo"], required: true, reads_tokens_of: "" },
  ],
  hyperparameters: [
    { ...number, name: "completions_per_prompt", default: 4, help: "K.", source: "3.4" },
  ],
  evaluations: [],
  presets: [],
};
