import type { PromptFinding } from "@/api/research-types";

export interface MarkedPart {
  text: string;
  /** What was found in this part; null for the text around it. */
  kind: PromptFinding["kind"] | null;
}

/** Cuts a text at its findings. Their offsets count characters, which JavaScript's do not. */
export function marksIn(text: string, findings: readonly PromptFinding[]): MarkedPart[] {
  const characters = Array.from(text);
  const parts: MarkedPart[] = [];
  let end = 0;
  for (const found of [...findings].sort((a, b) => a.start - b.start)) {
    if (found.start < end) continue;
    if (found.start > end) parts.push({ text: characters.slice(end, found.start).join(""), kind: null });
    parts.push({ text: characters.slice(found.start, found.end).join(""), kind: found.kind });
    end = found.end;
  }
  if (end < characters.length) parts.push({ text: characters.slice(end).join(""), kind: null });
  return parts;
}
