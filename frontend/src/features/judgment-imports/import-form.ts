import type { JudgmentFormat, JudgmentImport, NewJudgmentImport } from "@/api/research-types";

export interface ImportForm {
  format: string;
  dataset: string;
  projectName: string;
  isStudy: boolean;
  isDryRun: boolean;
  /** What was chosen; a choice that is missing has its default. */
  choices: Record<string, string>;
}

export const EMPTY_FORM: ImportForm = {
  format: "csv",
  dataset: "",
  projectName: "",
  isStudy: true,
  isDryRun: true,
  choices: {},
};

/** What the page of a new import begins with where a trial led to it. */
export interface ImportBegun {
  /** Null where the page of the trial was opened anew and no longer has it. */
  file: File | null;
  form: ImportForm;
}

/** The settings of a trial, for the import that it was for. */
export function formOfTrial(tried: JudgmentImport): ImportForm {
  return {
    format: tried.format,
    dataset: tried.dataset,
    projectName: tried.project_name,
    isStudy: tried.is_study,
    isDryRun: false,
    choices: tried.choices,
  };
}

/** Choices of a CSV that are columns; those of the first kind may be several. */
export const SEVERAL_COLUMNS = ["completions", "sources", "ranks", "scores"];
export const ONE_COLUMN = ["prompt", "preferred", "labeler", "time", "group"];

/** The name a data set gets from its file: what the server takes, as near as possible. */
export function datasetNameOf(fileName: string): string {
  const words = fileName.toLowerCase().replace(/(\.[a-z0-9]+)+$/, "");
  return words.replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, 40).replace(/-$/, "");
}

/** The format of what is exported here, and the data set that it is part of wherever it goes. */
export const OURS = "concord";

/** Whether the file is named as an export names what this page reads of it. */
function isOurs(fileName: string): boolean {
  return /^(train|validation)-(ranking|sft)\b.*\.jsonl(\.gz)?$/.test(fileName);
}

/** What the name of a file says about it. */
export function guessedOf(fileName: string): Partial<ImportForm> {
  return isOurs(fileName)
    ? { format: OURS, dataset: OURS, choices: {} }
    : { dataset: datasetNameOf(fileName) };
}

/**
 * Another format begins with its own defaults. Every file of an export is of one data set, or what is
 * exported again would have other names and numbers.
 */
export function withFormat(form: ImportForm, format: string, file: File | null): Partial<ImportForm> {
  const wasOurs = form.format === OURS && form.dataset === OURS;
  const named = file && wasOurs ? datasetNameOf(file.name) : form.dataset;
  return { format, choices: {}, dataset: format === OURS ? OURS : named };
}

/** A guess at the columns by their names, for a person to look at. */
export function guessedChoices(columns: string[]): Record<string, string> {
  const find = (pattern: RegExp) => columns.filter((name) => pattern.test(name));
  const guesses: Record<string, string[]> = {
    prompt: find(/^(prompt|question|instruction|query)$/i).slice(0, 1),
    completions: find(/^(completion|response|answer|output)[ _-]?([a-i]|\d)$/i),
    preferred: find(/^(preferred|preference|winner|better|choice)$/i).slice(0, 1),
    ranks: find(/^rank[ _-]?([a-i]|\d)$/i),
    labeler: find(/^(labeler|annotator|judge|rater|worker|user)([ _-]?id)?$/i).slice(0, 1),
    time: find(/^(time|timestamp|created_at|date)$/i).slice(0, 1),
  };
  return Object.fromEntries(
    Object.entries(guesses).flatMap(([name, found]) => (found.length > 0 ? [[name, found.join(",")]] : [])),
  );
}

/** Why the import cannot begin; null when it can. */
export function unreadyBecause(
  form: ImportForm,
  file: File | null,
  format: JudgmentFormat | undefined,
  maxBytes: number,
): string | null {
  if (!file) return "Choose a file.";
  if (file.size === 0) return "The file is empty.";
  if (file.size > maxBytes) return `The file is larger than ${maxBytes / 1e6} MB; split it.`;
  if (!format) return "Choose a format.";
  if (!/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(form.dataset)) {
    return "Name the data set with up to 40 of a-z, 0-9 and the hyphen.";
  }
  if (form.format === "csv" && !form.choices.prompt) return "Choose the column of the prompt.";
  if (form.format === "csv" && !form.choices.completions) return "Choose the columns of the completions.";
  return null;
}

export function requestOf(form: ImportForm, file: File): NewJudgmentImport {
  return {
    file_name: file.name,
    num_bytes: file.size,
    format: form.format as NewJudgmentImport["format"],
    choices: form.choices,
    dataset: form.dataset,
    project_name: form.projectName,
    is_study: form.isStudy,
    is_dry_run: form.isDryRun,
  };
}
