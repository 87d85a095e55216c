import type { PriorityMode, Project, ProjectChange, ProjectKind } from "@/api/research-types";

/** What can be decided when a project opens and changed later, as the form holds it. */
export interface SettingsForm {
  priority: number;
  priorityMode: PriorityMode;
  /** Separated by commas, as they are typed. */
  languages: string;
  skills: string;
  contentWarning: string;
  overlap: number;
  calibrationPercent: number;
  calibrationOverlap: number;
  repeatPercent: number;
  unclearSkips: number;
  seedOrder: boolean;
  allowEmpty: boolean;
  requiresReview: boolean;
}

export const DEFAULT_SETTINGS: SettingsForm = {
  priority: 0,
  priorityMode: "helpfulness_first",
  languages: "",
  skills: "",
  contentWarning: "",
  overlap: 1,
  calibrationPercent: 10,
  calibrationOverlap: 3,
  repeatPercent: 0,
  unclearSkips: 2,
  seedOrder: true,
  allowEmpty: false,
  requiresReview: false,
};

/** The fields whose messages stand beside them. */
export const SETTING_FIELDS = [
  "priority",
  "priority_mode",
  "languages",
  "skills",
  "content_warning",
  "overlap",
  "calibration_share",
  "calibration_overlap",
  "repeat_share",
  "unclear_skips_to_retire",
  "seed_order_from_ratings",
  "allow_empty_demonstrations",
  "requires_review",
] as const;

type Settings = Required<Pick<ProjectChange, (typeof SETTING_FIELDS)[number]>>;

/** "de, EN ,de" -> ["de", "EN"]: the server knows which of them mean the same. */
export function listOf(text: string): string[] {
  const words = text.split(",").map((word) => word.trim());
  return [...new Set(words.filter((word) => word !== ""))];
}

function percentOf(share: number): number {
  return Math.round(share * 1000) / 10;
}

export function formOf(project: Project): SettingsForm {
  return {
    priority: project.priority,
    priorityMode: project.priority_mode,
    languages: project.languages.join(", "),
    skills: project.skills.join(", "),
    contentWarning: project.content_warning,
    overlap: project.overlap,
    calibrationPercent: percentOf(project.calibration_share),
    calibrationOverlap: project.calibration_overlap,
    repeatPercent: percentOf(project.repeat_share),
    unclearSkips: project.unclear_skips_to_retire,
    seedOrder: project.seed_order_from_ratings,
    allowEmpty: project.allow_empty_demonstrations,
    requiresReview: project.requires_review,
  };
}

/** The request as the server takes it: each kind carries only what it has a use for. */
export function settingsOf(form: SettingsForm, kind: ProjectKind): Settings {
  const isWritten = kind === "demonstration";
  return {
    priority: form.priority,
    priority_mode: form.priorityMode,
    languages: listOf(form.languages),
    skills: listOf(form.skills),
    content_warning: form.contentWarning.trim(),
    overlap: form.overlap,
    calibration_share: isWritten ? 0 : form.calibrationPercent / 100,
    calibration_overlap: Math.max(form.calibrationOverlap, isWritten ? form.overlap : 1),
    repeat_share: isWritten ? 0 : form.repeatPercent / 100,
    unclear_skips_to_retire: form.unclearSkips,
    seed_order_from_ratings: !isWritten && form.seedOrder,
    allow_empty_demonstrations: isWritten && form.allowEmpty,
    requires_review: isWritten && form.requiresReview,
  };
}

/** What is different from the project as it stands; nothing else is sent. */
export function changesOf(project: Project, form: SettingsForm): ProjectChange {
  const before = settingsOf(formOf(project), project.kind);
  const after = settingsOf(form, project.kind);
  const changed = SETTING_FIELDS.filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );
  return Object.fromEntries(changed.map((field) => [field, after[field]]));
}
