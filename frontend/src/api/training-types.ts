import type { Split } from "./research-types";

// ---------------------------------------------------------------- snapshots

export type SnapshotKind = "sft" | "rm" | "ppo" | "pretrain";

export interface SnapshotRequest {
  name: string;
  kind: SnapshotKind;
  project_ids: number[] | null;
  include_simulated: boolean;
  prompt_category?: string;
  validation_share?: number;
  text?: string;
}

export interface Snapshot {
  id: string;
  name: string;
  kind: SnapshotKind;
  sha256: string;
  num_records: number;
  counts: Record<string, number>;
  query: Record<string, unknown>;
  created_by: { id: number; display_name: string };
  created_at: string;
  bytes: number;
}

export interface SnapshotPreview {
  counts: Record<string, number>;
  problems: string[];
}

// ---------------------------------------------------------------- models

export type ModelKind = "base" | "sft" | "reward_model" | "policy";

export interface ModelVersion {
  id: string;
  name: string;
  kind: ModelKind;
  licence: string;
  source: string;
  sha256: string;
  bytes: number;
  created_at: string;
  run: { id: string; stage: Stage } | null;
  completion_source_id: number | null;
  report: RunReport | null;
}

export interface ModelName {
  id: string;
  name: string;
  kind: ModelKind;
}

export interface UsedSnapshot {
  role: string;
  id: string;
  name: string;
  sha256: string;
  num_records: number;
  used_for: ModelName;
}

export interface Lineage {
  parents: { role: string; model_version: ModelName }[];
  /** Of the version and of all that it was made from. */
  snapshots: UsedSnapshot[];
  labels: {
    num_rankings: number;
    num_demonstrations: number;
    num_labelers: number;
    first_at: string | null;
    last_at: string | null;
    ranking_ids: string[];
  };
  code_revision: string | null;
  seed: number | null;
  hyperparameters: Record<string, HyperparameterValue>;
}

export interface ModelVersionDetail extends ModelVersion {
  lineage: Lineage;
}

// ---------------------------------------------------------------- runs

export type Stage = "sft" | "reward_model" | "ppo" | "sampling";
export type RunState =
  | "draft"
  | "queued"
  | "claimed"
  | "running"
  | "stopping"
  | "retry_wait"
  | "paused"
  | "succeeded"
  | "failed"
  | "cancelled";
export type HyperparameterValue = number | boolean | string;

export interface HyperparameterField {
  name: string;
  kind: "int" | "float" | "bool" | "choice" | "text";
  default: HyperparameterValue;
  minimum: number | null;
  maximum: number | null;
  choices: string[];
  unit: string;
  help: string;
  source: string;
}

export interface StageInput {
  role: string;
  kind: "model_version" | "snapshot";
  accepts: string[];
  required: boolean;
}

export interface StageDescription {
  stage: Stage;
  label: string;
  inputs: StageInput[];
  hyperparameters: HyperparameterField[];
}

export interface PromptQuery {
  num_prompts: number;
  category?: string;
  split?: Split;
}

export interface RunRequest {
  stage: Stage;
  name?: string;
  inputs: Record<string, string>;
  hyperparameters: Record<string, HyperparameterValue>;
  seed?: number;
  prompt_query?: PromptQuery;
}

export interface RunCheck {
  hyperparameters: Record<string, HyperparameterValue>;
  warnings: string[];
  fields: Record<string, string[]>;
}

export interface RunAttempt {
  number: number;
  host: string;
  started_at: string;
  ended_at: string | null;
  exit_code: number | null;
  outcome: string;
  resumed_from_step: number;
  last_step: number;
}

export interface RunEvent {
  from_state: RunState;
  to_state: RunState;
  actor: string;
  detail: string;
  happened_at: string;
}

/** A tree of figures that differs by stage; api/report.ts reads it. */
export type RunReport = Record<string, unknown>;

export interface Run {
  id: string;
  name: string;
  stage: Stage;
  state: RunState;
  reason: string | null;
  reason_detail: string | null;
  step: number;
  total_steps: number | null;
  progress: number | null;
  eta_seconds: number | null;
  created_by: { id: number; display_name: string };
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  worker: string | null;
  attempt: number;
  failures: number;
  max_failures: number;
  /** The run that this one retries. */
  parent_id: string | null;
  inputs: Record<string, { id: string; name: string; kind: string }>;
  hyperparameters: Record<string, HyperparameterValue>;
  changed: string[];
  warnings: string[];
  seed: number;
  code_revision: string;
  output_model_version: { id: string; name: string } | null;
  report: RunReport | null;
  attempts: RunAttempt[];
  events: RunEvent[];
  can: { cancel: boolean; pause: boolean; resume: boolean; retry: boolean };
}

export interface MetricsPoint {
  step: number;
  phase: string;
  /** A figure that was not finite is null. */
  metrics: Record<string, number | null>;
  recorded_at: string;
}

export interface MetricsPage {
  points: MetricsPoint[];
  next_step: number;
}

export interface LogPage {
  text: string;
  next_offset: number;
  truncated: boolean;
}

export interface GpuSlot {
  host: string;
  index: number;
  is_online: boolean;
  last_seen: string;
  run_id: string | null;
}
