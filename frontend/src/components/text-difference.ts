import { diffLines, diffWordsWithSpace } from "diff";

export interface Piece {
  kind: "same" | "added" | "removed";
  text: string;
}

// Beyond this the words of two texts take too long to compare while somebody waits.
const WORDS_LIMIT = 20_000;

/** What became of a text: word by word, line by line where it is long. */
export function differenceOf(before: string, after: string): Piece[] {
  const isLong = before.length + after.length > WORDS_LIMIT;
  const changes = isLong ? diffLines(before, after) : diffWordsWithSpace(before, after);
  return changes.map(({ added, removed, value }) => ({
    kind: added ? "added" : removed ? "removed" : "same",
    text: value,
  }));
}

const CONTEXT_LINES = 2;

/**
 * The changed parts with a few lines round them; what lies far from any change becomes "…".
 *
 * A text without changes becomes nothing.
 */
export function changesOf(pieces: Piece[]): Piece[] {
  if (pieces.every(({ kind }) => kind === "same")) return [];
  return pieces.map((piece, index) =>
    piece.kind === "same"
      ? { ...piece, text: shortened(piece.text, index === 0, index === pieces.length - 1) }
      : piece,
  );
}

function shortened(text: string, isFirst: boolean, isLast: boolean): string {
  const lines = text.split("\n");
  const kept = (isFirst ? 0 : CONTEXT_LINES) + (isLast ? 0 : CONTEXT_LINES);
  if (lines.length <= kept + 1) return text;
  const head = isFirst ? [] : lines.slice(0, CONTEXT_LINES);
  const tail = isLast ? [] : lines.slice(-CONTEXT_LINES);
  return [...head, "…", ...tail].join("\n");
}
