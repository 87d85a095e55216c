import { chosen } from "@/api/chosen";
import type { Category } from "@/api/research-types";
import type { SnapshotKind, SnapshotRequest } from "@/api/training-types";

/** What the freeze form holds while it is filled in. */
export interface FreezeForm {
  kind: SnapshotKind;
  name: string;
  /** Every project, also those that come later, when none is named. */
  projectIds: number[];
  includeSimulated: boolean;
  category: string;
  /** The share of prompts held out, as the field holds it; empty leaves each prompt its own split. */
  validationShare: string;
  /** Of the validation split, to judge a policy by (R75), or every model (R36). */
  numValidationPrompts: number;
  text: string;
}

// As many as a new evaluation asks for.
const NUM_EVALUATION_PROMPTS = 200;

/** How many prompts of the validation split a snapshot of this kind starts with. */
function numValidationPromptsOf(kind: SnapshotKind): number {
  return kind === "eval" ? NUM_EVALUATION_PROMPTS : 0;
}

export function emptyForm(kind: SnapshotKind, projectIds: number[]): FreezeForm {
  return {
    kind,
    name: "",
    projectIds,
    includeSimulated: false,
    category: "",
    validationShare: "",
    numValidationPrompts: numValidationPromptsOf(kind),
    text: "",
  };
}

/** What changes with the kind: its labels come from other projects, and it asks for other numbers. */
export function withKind(kind: SnapshotKind): Partial<FreezeForm> {
  return { kind, projectIds: [], numValidationPrompts: numValidationPromptsOf(kind) };
}

/** Which labels a snapshot of this kind is made of; prompts and text come from no project. */
export function projectKindOf(kind: SnapshotKind): "ranking" | "demonstration" | null {
  if (kind === "rm") return "ranking";
  return kind === "sft" ? "demonstration" : null;
}

/** The request as the server takes it: each kind carries only what it is made of. */
export function requestOf(form: FreezeForm): SnapshotRequest {
  const isFromLabels = projectKindOf(form.kind) !== null;
  return {
    name: form.name.trim(),
    kind: form.kind,
    project_ids: isFromLabels && form.projectIds.length > 0 ? form.projectIds : null,
    include_simulated: isFromLabels && form.includeSimulated,
    prompt_category: form.kind === "pretrain" ? undefined : chosen<Category>(form.category),
    validation_share:
      isFromLabels && form.validationShare !== "" ? Number(form.validationShare) : undefined,
    num_validation_prompts: form.kind === "ppo" || form.kind === "eval" ? form.numValidationPrompts : 0,
    text: form.kind === "pretrain" ? form.text : "",
  };
}

/** Why the form cannot be sent yet; null when it can. */
export function unreadyBecause(form: FreezeForm): string | null {
  if (form.kind === "pretrain" && form.text.trim() === "") return "Paste or choose the text first.";
  if (form.name.trim() === "") return "Give the snapshot a name.";
  return null;
}

const COUNT_WORDS: Record<string, string> = {
  rankings: "Rankings",
  pairs: "Pairs with a preference",
  ties: "Pairs tied",
  demonstrations: "Demonstrations",
  documents: "Documents",
  characters: "Characters",
  prompts: "Prompts",
  completions: "Completions",
  labelers: "Labelers",
  train: "Records to train on",
  validation: "Records held out",
  empty: "Left out because empty",
  source_labeler: "Written by labelers",
  source_labeler_plain: "Prompts by labelers, freely",
  source_labeler_fewshot: "Prompts by labelers, as few-shot examples",
  source_labeler_user_based: "Prompts by labelers, from a use case",
  source_customer: "From customers",
  source_import: "Imported",
};
const COUNT_ORDER = Object.keys(COUNT_WORDS);

/** The counts of a snapshot as named figures, those that every reader wants first. */
export function countsInWords(counts: Record<string, number>): { key: string; name: string; count: number }[] {
  const place = (key: string) => {
    const index = COUNT_ORDER.indexOf(key);
    return index < 0 ? COUNT_ORDER.length : index;
  };
  return Object.entries(counts)
    .sort(([a], [b]) => place(a) - place(b))
    .map(([key, count]) => ({ key, name: countName(key), count }));
}

/** What a count is called; one that nobody named is said as its key. */
export function countName(key: string): string {
  return COUNT_WORDS[key] ?? spoken(key);
}

function spoken(key: string): string {
  const words = key.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
