import type { User } from "./types";

/** One page of a list; `next` asks for the page after it. */
export interface Page<Row> {
  results: Row[];
  next: string | null;
  count?: number;
}

export interface Overview {
  prompts: number;
  completions: number;
  rankings: number;
  demonstrations: number;
  labelers: number;
  runs_live: number;
  model_versions: number;
}

// ---------------------------------------------------------------- people

export type Pool = User["pool"];

export interface Person extends User {
  is_active: boolean;
  /** The data set these judgments came from; such an account never signs in. */
  imported_from: string;
  created_at: string;
  last_login: string | null;
  num_rankings: number;
}

export interface PersonChange {
  role?: User["role"];
  pool?: Pool;
  is_active?: boolean;
  display_name?: string;
}

export interface Invitation {
  id: number;
  email: string;
  role: User["role"];
  pool: Pool;
  state: "pending" | "accepted" | "expired";
  created_at: string;
  expires_at: string;
}

export interface NewInvitation {
  email: string;
  role: User["role"];
  pool: Pool;
}

/** A one-time link; its path holds the secret and is answered exactly once. */
export interface OneTimeLink {
  path: string;
  expires_at: string;
}

export type TokenScope = "label" | "read" | "manage";

export interface ApiToken {
  id: number;
  user: number;
  name: string;
  prefix: string;
  scopes: TokenScope[];
  created_at: string;
  expires_at: string;
  last_used_at: string | null;
}

export interface NewApiToken {
  name: string;
  scopes: TokenScope[];
  expires_in_days: number;
}

// ---------------------------------------------------------------- prompts

export type Split = "train" | "validation";

export interface Prompt {
  id: number;
  text: string;
  category: string | null;
  flags: Record<string, boolean | null>;
  source_kind: "labeler_plain" | "labeler_fewshot" | "labeler_user_based" | "customer";
  split: Split;
  distribution: "instruct" | "gpt";
  imported_from: string;
  num_completions: number;
  created_at: string;
}

export interface StoredCompletion {
  id: number;
  text: string;
  source: { id: number; name: string };
  sampling: Record<string, unknown>;
  seed: number | null;
  token_count: number | null;
  finish_reason: string | null;
}

export interface PromptDetail extends Prompt {
  completions: StoredCompletion[];
}

export interface ImportReport {
  dry_run: boolean;
  num_read: number;
  num_stored: number;
  stored: number[];
  skipped: { line: number; reason: string }[];
  errors: { line: number; field: string | null; message: string }[];
}

export interface CompletionSource {
  id: number;
  kind: "model_version" | "imported";
  name: string;
  num_completions: number;
  created_at: string;
}

// ---------------------------------------------------------------- projects and rankings

export type ProjectKind = "ranking" | "demonstration";
export type PriorityMode = "helpfulness_first" | "truth_harmless_first";

export interface Project {
  id: number;
  name: string;
  kind: ProjectKind;
  state: "open" | "paused";
  k: number | null;
  overlap: number;
  pool: Pool;
  priority_mode: PriorityMode;
  seed_order_from_ratings: boolean;
  allow_empty_demonstrations: boolean;
  imported_from: string;
  created_at: string;
  instructions: { version: number; title: string; body: string } | null;
  num_tasks: number;
  num_slots: number;
  num_open: number;
  num_submitted: number;
}

export interface NewProject {
  name: string;
  kind: ProjectKind;
  k?: number;
  overlap: number;
  pool: Pool;
  priority_mode: PriorityMode;
  instructions: { title: string; body: string };
  seed_order_from_ratings: boolean;
  allow_empty_demonstrations: boolean;
}

export interface TaskRequest {
  num_prompts: number;
  category?: string;
  split?: Split;
  source_ids: number[] | null;
}

export type SkippedBecause =
  | "already_in_project"
  | "too_few_completions"
  | "too_few_distinct_completions"
  | "unknown_prompt";

export interface TaskReport {
  num_tasks: number;
  num_slots: number;
  num_skipped: number;
  num_duplicate_texts: number;
  reasons: { reason: SkippedBecause; num_prompts: number }[];
}

export interface RankingItem {
  completion_id: number;
  text: string;
  source_name: string;
  rank: number;
  rating: number | null;
  flags: Record<string, boolean>;
  note: string;
}

export interface RankingRecord {
  id: string;
  task: number;
  project: number;
  prompt_id: number;
  labeler: { id: number; display_name: string };
  k: number;
  is_partial: boolean;
  is_surplus: boolean;
  is_sealed: boolean;
  order_source: "seeded" | "unseeded" | "imported";
  seconds_active: number | null;
  submitted_at: string;
}

export interface RankingDetail extends RankingRecord {
  superseded_at: string | null;
  prompt: string;
  instructions_version: number | null;
  items: RankingItem[];
}

export interface RankingLineage {
  snapshots: { id: string; name: string }[];
  model_versions: { id: string; name: string }[];
}

// ---------------------------------------------------------------- agreement

/** Either a value or the reason why there is none. */
export interface Figure {
  value: number | null;
  low: number | null;
  high: number | null;
  /** What the figure is over. */
  num_pairs: number;
  num_prompts: number;
  reason_undefined: string | null;
  reason_no_interval: string | null;
  chance: number | null;
}

export interface AgreementFigure extends Figure {
  key: string;
  label: string;
  definition: string;
  /** What `num_pairs` counts, in words. */
  counted: string;
}

export interface AgreeingLabeler {
  id: number;
  display_name: string;
  pool: Pool;
}

export interface LabelerAgreement {
  labeler: AgreeingLabeler;
  agreement: Figure;
  num_rankings: number;
  tie_share: number | null;
}

export interface CohenKappa {
  a: AgreeingLabeler;
  b: AgreeingLabeler;
  value: number | null;
  low: number | null;
  high: number | null;
  num_shared: number;
  reason_undefined: string | null;
}

export interface AgreementReport {
  definition: {
    name: string;
    text: string;
    tie_rule: string;
    interval_method: string;
    minimum_comparisons: number;
  };
  num_rankings: number;
  num_prompts: number;
  num_labelers: number;
  figures: AgreementFigure[];
  labelers: LabelerAgreement[];
  cohen_kappas: CohenKappa[];
  reference_lines: { label: string; value: number; source: string }[];
}
