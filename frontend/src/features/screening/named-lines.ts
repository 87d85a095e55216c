interface Limits {
  max_named: number;
  max_characters_named: number;
}

/** What was named, one per line; empty lines say nothing. */
export function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** Why the server would not take these lines; null when it would. */
export function problemOf(lines: string[], limits: Limits): "tooMany" | "tooLong" | null {
  if (lines.length > limits.max_named) return "tooMany";
  // The server counts characters, not the halves of one.
  return lines.some((line) => [...line].length > limits.max_characters_named) ? "tooLong" : null;
}
