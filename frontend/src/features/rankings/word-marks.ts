import { diffWordsWithSpace } from "diff";

/** A stretch of one of two texts, and whether the other text has it too. */
export interface Stretch {
  text: string;
  isOnlyHere: boolean;
}

export interface WordMarks {
  left: Stretch[];
  right: Stretch[];
}

const LONGEST_MS = 400;
/** Below this share of common text, marks would cover everything and say nothing. */
const LEAST_COMMON = 0.3;

/** Where two texts differ, word by word; null where they have too little in common to say. */
export function markWords(left: string, right: string): WordMarks | null {
  const parts = diffWordsWithSpace(left, right, { timeout: LONGEST_MS });
  if (!parts) return null;
  const common = parts.filter(({ added, removed }) => !added && !removed);
  const numCommon = common.reduce((sum, { value }) => sum + value.trim().length, 0);
  if (numCommon < LEAST_COMMON * Math.min(left.length, right.length)) return null;
  return {
    left: parts.filter(({ added }) => !added).map(({ value, removed }) => ({ text: value, isOnlyHere: removed })),
    right: parts.filter(({ removed }) => !removed).map(({ value, added }) => ({ text: value, isOnlyHere: added })),
  };
}
