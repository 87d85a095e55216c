import type { LabelingProject } from "@/api/types";

/** What a project asks to weigh first; the same words on every page that shows it. */
export const PRIORITY_WORDS: Record<LabelingProject["priority_mode"], string> = {
  helpfulness_first: "Helpfulness first",
  truth_harmless_first: "Truth and harmlessness first",
};
