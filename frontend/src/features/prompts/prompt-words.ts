import type { Prompt, Split } from "@/api/research-types";
import { SPLIT_WORDS } from "@/api/words";

export const SOURCE_KIND_WORDS: Record<Prompt["source_kind"], string> = {
  labeler_plain: "A labeler, freely",
  labeler_fewshot: "A labeler, as few-shot examples",
  labeler_user_based: "A labeler, from a use case",
  customer: "A customer",
};

export const DISTRIBUTION_WORDS: Record<Prompt["distribution"], string> = {
  instruct: "Written as an instruction",
  gpt: "Written for a plain language model",
};

export function isSplit(value: string): value is Split {
  return value in SPLIT_WORDS;
}
