import { chosen } from "@/api/chosen";
import type {
  Category,
  EvaluationDefaults,
  EvaluationPlanRequest,
  EvaluationRequest,
  Pool,
  PriorityMode,
  PromptChoice,
  Split,
} from "@/api/research-types";

export type EvaluationKind = EvaluationRequest["kind"];
type ToxicityInstruction = NonNullable<EvaluationRequest["toxicity_instruction"]>;
type Distribution = NonNullable<PromptChoice["distribution"]>;

/** Which prompts to judge, as the fields hold it; empty stands for any. */
export interface PromptForm {
  numPrompts: number;
  category: string;
  split: string;
  distribution: string;
  /** The snapshot for evaluation whose prompts these are. */
  snapshot: string;
}

/** What the form of a new evaluation holds while it is filled in. */
export interface EvaluationForm {
  name: string;
  kind: EvaluationKind;
  baseline: string;
  sourceIds: number[];
  prompts: PromptForm;
  priorityMode: PriorityMode;
  pool: Pool;
  k: number;
  overlap: number;
  toxicityInstruction: ToxicityInstruction;
  contentWarning: string;
  instructions: { title: string; body: string };
}

const NUM_PROMPTS = 200;

/** Validation prompts first: no snapshot trains on them, so few are left out. */
export const ANY_PROMPTS: PromptForm = {
  numPrompts: NUM_PROMPTS,
  category: "",
  split: "validation",
  distribution: "",
  snapshot: "",
};

export function textOf(defaults: EvaluationDefaults, kind: EvaluationKind): EvaluationForm["instructions"] {
  const text = defaults.instructions.find((one) => one.kind === kind);
  return { title: text?.title ?? "", body: text?.body ?? "" };
}

export function formOf(defaults: EvaluationDefaults, sourceIds: number[]): EvaluationForm {
  return {
    name: "",
    kind: "ranking",
    baseline: defaults.baseline === null ? "" : String(defaults.baseline.id),
    sourceIds: sourceIds.filter((id) => id !== defaults.baseline?.id),
    prompts: ANY_PROMPTS,
    priorityMode: defaults.priority_mode,
    pool: "training",
    k: defaults.k,
    overlap: 1,
    toxicityInstruction: "none",
    contentWarning: "",
    instructions: textOf(defaults, "ranking"),
  };
}

/** Another kind brings its own text, unless somebody has written one already. */
export function withKind(form: EvaluationForm, kind: EvaluationKind, defaults: EvaluationDefaults): EvaluationForm {
  const before = textOf(defaults, form.kind);
  const isUntouched = form.instructions.title === before.title && form.instructions.body === before.body;
  return { ...form, kind, instructions: isUntouched ? textOf(defaults, kind) : form.instructions };
}

/** A model is the baseline or compared with it, never both. */
export function withBaseline(form: EvaluationForm, baseline: string): EvaluationForm {
  return { ...form, baseline, sourceIds: form.sourceIds.filter((id) => String(id) !== baseline) };
}

export function promptChoiceOf(prompts: PromptForm): PromptChoice {
  const { numPrompts, category, split, distribution, snapshot } = prompts;
  return {
    num_prompts: numPrompts,
    category: chosen<Category>(category) ?? null,
    split: chosen<Split>(split) ?? null,
    distribution: chosen<Distribution>(distribution) ?? null,
    snapshot: chosen(snapshot) ?? null,
  };
}

/** What decides which tasks there will be, and nothing else: the rest of the form changes no count. */
export function planRequestOf(form: EvaluationForm): EvaluationPlanRequest {
  return {
    kind: form.kind,
    baseline_source: form.baseline === "" ? null : Number(form.baseline),
    sources: form.sourceIds,
    prompts: promptChoiceOf(form.prompts),
    k: form.k,
    overlap: form.overlap,
    toxicity_instruction: form.kind === "toxicity" ? form.toxicityInstruction : null,
  };
}

export function requestOf(form: EvaluationForm): EvaluationRequest {
  return {
    ...planRequestOf(form),
    name: form.name.trim(),
    pool: form.pool,
    priority_mode: form.priorityMode,
    instructions: { title: form.instructions.title.trim(), body: form.instructions.body },
    content_warning: form.contentWarning.trim(),
  };
}

/** Why the tasks cannot be counted yet; null when they can. */
export function uncountableBecause(form: EvaluationForm): string | null {
  if (form.baseline === "") return "Choose what to compare with.";
  if (form.sourceIds.length === 0) return "Choose at least one model to compare.";
  return null;
}

/** Why the form cannot be sent yet; null when it can. */
export function unreadyBecause(form: EvaluationForm): string | null {
  const uncountable = uncountableBecause(form);
  if (uncountable !== null) return uncountable;
  if (form.name.trim() === "") return "Give the evaluation a name.";
  if (form.instructions.title.trim() === "") return "Give the instructions a title.";
  if (form.instructions.body.trim() === "") return "Write the instructions.";
  return null;
}
