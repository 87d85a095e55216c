import type { Prompt } from "./research-types";

export const SOURCE_KIND_WORDS: Record<Prompt["source_kind"], string> = {
  labeler_plain: "A labeler, freely",
  labeler_fewshot: "A labeler, as few-shot examples",
  labeler_user_based: "A labeler, from a use case",
  customer: "A customer",
};

const LANGUAGES = new Intl.DisplayNames(["en"], { type: "language", fallback: "code" });

/** A language's name in English; a code that nobody knows stands for itself. */
export function languageName(code: string): string {
  try {
    return LANGUAGES.of(code.replace("_", "-")) ?? code;
  } catch {
    return code;
  }
}
