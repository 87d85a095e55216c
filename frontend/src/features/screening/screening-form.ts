import type { NewScreening } from "@/api/screening-types";

import { cutoffsRequest, PAPER_CUTOFFS } from "./cutoff-fields";
import type { CutoffForm } from "./cutoff-fields";

/** Which prompts the tasks of a part are made of, and what candidates read before them. */
export interface PartForm {
  numTasks: number;
  /** Numbers of prompts, separated by commas or spaces; empty lets the server choose. */
  prompts: string;
  category: string;
  title: string;
  body: string;
}

export interface ScreeningForm {
  name: string;
  /** One text after the other, an empty line between two. */
  texts: string;
  cutoffs: CutoffForm;
  k: number;
  ranking: PartForm;
  demonstration: PartForm;
}

const PART: PartForm = { numTasks: 5, prompts: "", category: "", title: "", body: "" };

export const EMPTY_SCREENING: ScreeningForm = {
  name: "",
  texts: "",
  cutoffs: PAPER_CUTOFFS,
  k: 5,
  ranking: PART,
  demonstration: { ...PART, numTasks: 3 },
};

/** The texts of the first part: paragraphs that an empty line separates. */
export function textsOf(written: string): string[] {
  return written
    .split(/\r?\n[ \t]*\r?\n/)
    .map((text) => text.trim())
    .filter((text) => text !== "");
}

/** The numbers named; null where something else stands among them. */
export function promptsOf(written: string): number[] | null {
  const words = written.split(/[\s,]+/).filter((word) => word !== "");
  return words.every((word) => /^[1-9]\d{0,14}$/.test(word)) ? words.map(Number) : null;
}

function tasksOf(part: PartForm) {
  const prompts = promptsOf(part.prompts) ?? [];
  return {
    num_prompts: prompts.length > 0 ? new Set(prompts).size : part.numTasks,
    prompt_ids: prompts.length > 0 ? prompts : null,
    category: prompts.length > 0 || part.category === "" ? null : part.category,
  };
}

function instructionsOf({ title, body }: PartForm) {
  return { title: title.trim(), body };
}

export function requestOf(form: ScreeningForm): NewScreening {
  const { ranking, demonstration } = form;
  const request = {
    name: form.name.trim(),
    ...cutoffsRequest(form.cutoffs),
    texts: textsOf(form.texts),
    ranking: { k: form.k, instructions: instructionsOf(ranking), tasks: tasksOf(ranking) },
    demonstration: { instructions: instructionsOf(demonstration), tasks: tasksOf(demonstration) },
  };
  // The categories come from the server's own catalogue, so that any chosen one is one of its.
  return request as NewScreening;
}

function unreadyPart(part: PartForm, name: string): string | null {
  if (promptsOf(part.prompts) === null) return `Name the prompts of the ${name} by their numbers.`;
  if (part.title.trim() === "" || part.body.trim() === "") {
    return `Write the instructions of the ${name}.`;
  }
  return null;
}

/** Why the form cannot be sent yet; null when it can. */
export function unreadyBecause(form: ScreeningForm): string | null {
  if (form.name.trim() === "") return "Give the screening a name.";
  if (textsOf(form.texts).length === 0) return "Enter at least one text to flag.";
  return unreadyPart(form.ranking, "ranking") ?? unreadyPart(form.demonstration, "demonstrations");
}
