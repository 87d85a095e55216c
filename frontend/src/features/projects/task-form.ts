import type { ProjectKind, TaskRequest } from "@/api/research-types";

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
    ...(form.category === "" ? {} : { category: form.category }),
    ...(form.split === "train" || form.split === "validation" ? { split: form.split } : {}),
    source_ids: kind === "ranking" && form.sourceIds.length > 0 ? form.sourceIds : null,
  };
}
