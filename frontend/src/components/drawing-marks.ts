import { SERIES } from "./palette";

// A file is read on paper and in papers: it is always drawn in the light colours.
export const PAPER = "#ffffff";
export const INK = "#1a1f1d";
export const SOFT = "#4f5955";
export const FAINT = "#d5dbd8";
export const ACCENT: string = SERIES.light[0];

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
// XML knows no other control characters than these.
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

export function escaped(words: string): string {
  return words.replaceAll(FORBIDDEN, "").replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? "");
}

/** Cut at `limit` characters with an ellipsis: a file has no second line for a name. */
export function clipped(words: string, limit: number): string {
  const characters = [...words];
  return characters.length <= limit ? words : `${characters.slice(0, limit - 1).join("")}…`;
}

interface TextStyle {
  size?: number;
  weight?: number;
  fill?: string;
  anchor?: "start" | "middle" | "end";
}

export function text(x: number, y: number, words: string, style: TextStyle = {}): string {
  const { size = 13, weight = 400, fill = INK, anchor = "start" } = style;
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}">${escaped(words)}</text>`;
}

export function line(
  [x1, y1]: [number, number],
  [x2, y2]: [number, number],
  { stroke = INK, width = 1, dash }: { stroke?: string; width?: number; dash?: string } = {},
): string {
  const dashes = dash ? ` stroke-dasharray="${dash}"` : "";
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${stroke}" stroke-width="${width}"${dashes}/>`;
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Lines of at most `limit` characters, broken between words, and within one that is longer. */
export function wrapped(words: string, limit: number): string[] {
  const lines: string[] = [];
  for (const word of words.split(/\s+/).flatMap((one) => pieces(one, limit))) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + word.length < limit) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function pieces(word: string, limit: number): string[] {
  const characters = [...word];
  const count = Math.max(1, Math.ceil(characters.length / limit));
  return Array.from({ length: count }, (_, place) => characters.slice(place * limit, (place + 1) * limit).join(""));
}
