export type Piece =
  | { kind: "text"; text: string }
  /** A character that draws nothing or turns text around, named instead of obeyed. */
  | { kind: "control"; name: string };

export interface Block {
  kind: "prose" | "code";
  text: string;
}

const NAMES: Record<number, string> = {
  0x0000: "NUL",
  0x0008: "BACKSPACE",
  0x000d: "CR",
  0x001b: "ESC",
  0x007f: "DELETE",
  0x00ad: "SOFT HYPHEN",
  0x061c: "ALM",
  0x200b: "ZERO WIDTH SPACE",
  0x200e: "LRM",
  0x200f: "RLM",
  0x202a: "LRE",
  0x202b: "RLE",
  0x202c: "PDF",
  0x202d: "LRO",
  0x202e: "RLO",
  0x2060: "WORD JOINER",
  0x2066: "LRI",
  0x2067: "RLI",
  0x2068: "FSI",
  0x2069: "PDI",
  0xfeff: "BOM",
};

// C0 without tab and line feed, C1, soft hyphen, the bidirectional controls, invisible spaces, tag
// characters and halves of a surrogate pair. Joiners stay: emoji and Persian are written with them.
const INVISIBLE =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\ud800-\udfff]/gu;

function nameOf(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  return NAMES[point] ?? `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Splits text so that what cannot be seen is named and what can be seen stays as it is. */
export function piecesOf(text: string): Piece[] {
  const unix = text.replaceAll("\r\n", "\n");
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of unix.matchAll(INVISIBLE)) {
    if (match.index > end) pieces.push({ kind: "text", text: unix.slice(end, match.index) });
    pieces.push({ kind: "control", name: nameOf(match[0]) });
    end = match.index + match[0].length;
  }
  if (end < unix.length) pieces.push({ kind: "text", text: unix.slice(end) });
  return pieces;
}

/**
 * Splits text at its ``` fences, fences included, so that code can be set in fixed width.
 *
 * Joined with line feeds the blocks are the text again: nothing is taken away.
 */
export function blocksOf(text: string): Block[] {
  const blocks: { kind: Block["kind"]; lines: string[] }[] = [];
  let isInside = false;
  for (const line of text.split("\n")) {
    const isFence = line.trimStart().startsWith("```");
    const opens = isFence && !isInside;
    const kind = isInside || isFence ? "code" : "prose";
    const last = blocks.at(-1);
    if (last && last.kind === kind && !opens) last.lines.push(line);
    else blocks.push({ kind, lines: [line] });
    if (isFence) isInside = !isInside;
  }
  return blocks.map(({ kind, lines }) => ({ kind, text: lines.join("\n") }));
}

/** The beginning of a text for a place of one line: nothing invisible, no line breaks. */
export function openingOf(text: string, characters: number): string {
  return text
    .slice(0, 4 * characters)
    .replace(INVISIBLE, "")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, characters);
}
