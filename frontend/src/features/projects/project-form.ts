import type { NewProject, Pool, ProjectKind } from "@/api/research-types";

import { DEFAULT_SETTINGS, settingsOf } from "./project-settings";
import type { SettingsForm } from "./project-settings";

export const K_MINIMUM = 4;
export const K_MAXIMUM = 9;

/** What the form of a new project holds while it is filled in. */
export interface ProjectForm extends SettingsForm {
  name: string;
  kind: ProjectKind;
  k: number;
  pool: Pool;
  title: string;
  body: string;
}

export const EMPTY_FORM: ProjectForm = {
  ...DEFAULT_SETTINGS,
  name: "",
  kind: "ranking",
  k: 5,
  pool: "training",
  title: "",
  body: "",
};

/** The request as the server takes it: each kind carries only what it has a use for. */
export function requestOf(form: ProjectForm): NewProject {
  return {
    ...settingsOf(form, form.kind),
    name: form.name.trim(),
    kind: form.kind,
    ...(form.kind === "ranking" ? { k: form.k } : {}),
    pool: form.pool,
    instructions: { title: form.title.trim(), body: form.body },
  };
}

/** Why the form cannot be sent yet; null when it can. */
export function unreadyBecause(form: ProjectForm): string | null {
  if (form.name.trim() === "") return "Give the project a name.";
  if (form.title.trim() === "") return "Give the instructions a title.";
  if (form.body.trim() === "") return "Write the instructions that labelers will read.";
  return null;
}
