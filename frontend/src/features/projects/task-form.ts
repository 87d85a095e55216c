import { chosen } from "@/api/chosen";
import type { Category, ProjectKind, Split, TaskRequest } from "@/api/research-types";

export interface TaskForm {
  numPrompts: number;
  category: string;
  split: string;
  /** Every source, also one that comes later, when none is named. */
  sourceIds: number[];
  /** How much a source counts beside the others; given for all chosen ones or for none (R85). */
  weights: Record<number, number>;
}

export function areWeightsComplete({ sourceIds, weights }: TaskForm): boolean {
  const num = sourceIds.filter((id) => id in weights).length;
  return num === 0 || num === sourceIds.length;
}

function weightsOf({ sourceIds, weights }: TaskForm): number[] | null {
  const given = sourceIds.flatMap((id) => weights[id] ?? []);
  return sourceIds.length > 1 && given.length === sourceIds.length ? given : null;
}

export function taskRequestOf(form: TaskForm, kind: ProjectKind): TaskRequest {
  const isRanking = kind === "ranking";
  return {
    num_prompts: form.numPrompts,
    category: chosen<Category>(form.category),
    split: chosen<Split>(form.split),
    source_ids: isRanking && form.sourceIds.length > 0 ? form.sourceIds : null,
    source_weights: isRanking ? weightsOf(form) : null,
  };
}
