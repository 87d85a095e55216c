import type { Prompt, PromptFinding, PromptImport, PromptImportLine, Split } from "@/api/research-types";
import { SPLIT_WORDS } from "@/api/words";
import type { IconName } from "@/components/icons";
import type { Tone } from "@/components/tone-badge";

interface Look {
  label: string;
  tone: Tone;
  icon: IconName;
}

export const DISTRIBUTION_WORDS: Record<Prompt["distribution"], string> = {
  instruct: "Written as an instruction",
  gpt: "Written for a plain language model",
};

export const STANDING_WORDS: Record<Prompt["standing"], string> = {
  accepted: "Accepted",
  over_cap: "Over the cap",
  study: "For a study only",
};

export const PERSONAL_DATA_WORDS: Record<Prompt["personal_data"], string> = {
  unchecked: "Not checked yet",
  clear: "None found",
  found: "Found, to review",
  cleared: "Found, not personal",
  confirmed: "Personal",
};

export const LENGTH_WORDS = {
  fits: "Fits",
  too_long: "Too long",
};

export const FINDING_WORDS: Record<PromptFinding["kind"], string> = {
  email: "E-mail address",
  phone: "Telephone number",
  bank_card: "Bank card",
  bank_account: "Bank account",
  social_security: "Social security number",
  ip_address: "Internet address",
};

export const FORMAT_WORDS: Record<PromptImport["format"], string> = {
  rows: "Prompts, each with what is known of it",
  exported_train: "Exported here, for training",
  exported_validation: "Exported here, held out",
};

/** The format of a file that is named as an export names it; null of any other. */
export function formatOf(fileName: string): PromptImport["format"] | null {
  const [, split] = /^(train|validation)-prompts\b.*\.jsonl$/.exec(fileName) ?? [];
  if (!split) return null;
  return split === "train" ? "exported_train" : "exported_validation";
}

export const OUTCOME_WORDS: Record<PromptImportLine["outcome"], Look> = {
  accepted: { label: "Accepted", tone: "good", icon: "done" },
  duplicate: { label: "Duplicate", tone: "neutral", icon: "copy" },
  over_cap: { label: "Over the cap", tone: "caution", icon: "stopped" },
  personal_data: { label: "Personal data", tone: "caution", icon: "caution" },
  too_long: { label: "Too long", tone: "caution", icon: "stopped" },
  broken: { label: "Broken", tone: "bad", icon: "failed" },
};

/** Why a prompt is not used; null for one that is. */
export function reservationOf(prompt: Prompt): Look | null {
  if (prompt.standing === "over_cap") return OUTCOME_WORDS.over_cap;
  if (prompt.standing === "study") return { label: "For a study", tone: "neutral", icon: "lock" };
  if (prompt.personal_data === "confirmed") return { label: "Personal", tone: "bad", icon: "lock" };
  if (prompt.personal_data === "found") return { label: "To review", tone: "caution", icon: "caution" };
  if (prompt.personal_data === "unchecked") return { label: "Not checked", tone: "neutral", icon: "waiting" };
  if (prompt.is_too_long) return OUTCOME_WORDS.too_long;
  return null;
}

export function isSplit(value: string): value is Split {
  return value in SPLIT_WORDS;
}

export function isOutcome(value: string): value is PromptImportLine["outcome"] {
  return value in OUTCOME_WORDS;
}

/** The place for a file of prompts. */
export const PROMPT_DROP = {
  label: "File of prompts",
  words: "Drop a JSON Lines or CSV file here",
  endings: ".jsonl,.ndjson,.csv",
};
