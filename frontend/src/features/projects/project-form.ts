import type { NewProject, Pool, PriorityMode, ProjectKind } from "@/api/research-types";

export const K_MINIMUM = 4;
export const K_MAXIMUM = 9;
export const OVERLAP_MAXIMUM = 50;

/** What the form of a new project holds while it is filled in. */
export interface ProjectForm {
  name: string;
  kind: ProjectKind;
  k: number;
  overlap: number;
  pool: Pool;
  priorityMode: PriorityMode;
  title: string;
  body: string;
  seedOrder: boolean;
  allowEmpty: boolean;
}

export const EMPTY_FORM: ProjectForm = {
  name: "",
  kind: "ranking",
  k: 5,
  overlap: 1,
  pool: "training",
  priorityMode: "helpfulness_first",
  title: "",
  body: "",
  seedOrder: true,
  allowEmpty: false,
};

/** The request as the server takes it: each kind carries only what it has a use for. */
export function requestOf(form: ProjectForm): NewProject {
  const isRanking = form.kind === "ranking";
  return {
    name: form.name.trim(),
    kind: form.kind,
    ...(isRanking ? { k: form.k } : {}),
    overlap: form.overlap,
    pool: form.pool,
    priority_mode: form.priorityMode,
    instructions: { title: form.title.trim(), body: form.body },
    seed_order_from_ratings: isRanking && form.seedOrder,
    allow_empty_demonstrations: !isRanking && form.allowEmpty,
  };
}

/** Why the form cannot be sent yet; null when it can. */
export function unreadyBecause(form: ProjectForm): string | null {
  if (form.name.trim() === "") return "Give the project a name.";
  if (form.title.trim() === "") return "Give the instructions a title.";
  if (form.body.trim() === "") return "Write the instructions that labelers will read.";
  return null;
}
