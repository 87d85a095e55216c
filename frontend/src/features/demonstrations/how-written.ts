/** How many characters were typed and pasted; null where the beginning was not watched. */
export type HowWritten = { typed: number; pasted: number } | null;

const PASTES = new Set(["insertFromPaste", "insertFromPasteAsQuotation", "insertFromDrop", "insertFromYank"]);

/** How many characters of `next` are not the beginning or the end of `previous`. */
export function insertedLength(previous: string, next: string): number {
  const shorter = Math.min(previous.length, next.length);
  let start = 0;
  while (start < shorter && previous[start] === next[start]) start += 1;
  let end = 0;
  while (
    end < shorter - start &&
    previous[previous.length - 1 - end] === next[next.length - 1 - end]
  ) {
    end += 1;
  }
  return next.length - start - end;
}

/**
 * The counts after one change of the text, by the browser's own name for it.
 *
 * A change without a name was made by a program, not by keys: it counts as pasted. Undoing, deleting
 * and going back to an earlier version bring nothing new.
 */
export function countChange(
  counts: HowWritten,
  previous: string,
  next: string,
  inputType: string | undefined,
): HowWritten {
  if (counts === null) return null;
  const inserted = insertedLength(previous, next);
  if (inputType === undefined || PASTES.has(inputType)) {
    return { ...counts, pasted: counts.pasted + inserted };
  }
  if (!inputType.startsWith("insert")) return counts;
  return { ...counts, typed: counts.typed + inserted };
}
