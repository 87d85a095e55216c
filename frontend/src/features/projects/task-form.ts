import { chosen } from "@/api/chosen";
import type { Category, ProjectKind, Split, TaskRequest } from "@/api/research-types";

export interface TaskForm {
  numPrompts: number;
  category: string;
  split: string;
  /** Every source, also one that comes later, when none is named. */
  sourceIds: number[];
}

export function taskRequestOf(form: TaskForm, kind: ProjectKind): TaskRequest {
  return {
    num_prompts: form.numPrompts,
    category: chosen<Category>(form.category),
    split: chosen<Split>(form.split),
    source_ids: kind === "ranking" && form.sourceIds.length > 0 ? form.sourceIds : null,
  };
}
