import { countOf, formatCount } from "./formats";

export interface NamedFigure {
  name: string;
  figure: { value: number | null; reason_undefined: string | null };
}

export interface NamedInterval {
  name: string;
  figure: { value: number | null; reason_no_interval: string | null };
}

/** Why figures are missing: those that share a reason share a sentence. */
export function missingOf(figures: NamedFigure[]): string[] {
  const missing = figures.filter(({ figure }) => figure.value === null);
  return sentencesOf("not defined", missing.map(({ name, figure }) => [figure.reason_undefined ?? "", name]));
}

/** The same of figures without an interval. */
export function withoutIntervalOf(figures: NamedInterval[]): string[] {
  const without = figures.flatMap(({ name, figure: { value, reason_no_interval: reason } }): [string, string][] =>
    value === null || reason === null ? [] : [[reason, name]],
  );
  return sentencesOf("no interval", without);
}

/** The same by how many there are of each reason, where most of a list lack it alike. */
export function numbersWithoutInterval(figures: NamedInterval["figure"][], of: string): string[] {
  const numberOf = new Map<string, number>();
  for (const { value, reason_no_interval: reason } of figures) {
    if (value !== null && reason !== null) numberOf.set(reason, (numberOf.get(reason) ?? 0) + 1);
  }
  return [...numberOf].map(([reason, number]) => `${countOf(number, of)}: no interval. ${reason}`);
}

// With more of them the reason would stand behind a page of names.
const MAX_NAMES = 8;
const NUM_NAMED = 3;

function namesInShort(names: string[]): string {
  if (names.length <= MAX_NAMES) return names.join("; ");
  return `${names.slice(0, NUM_NAMED).join("; ")} and ${formatCount(names.length - NUM_NAMED)} more`;
}

function sentencesOf(what: string, found: [reason: string, name: string][]): string[] {
  const namesOf = new Map<string, string[]>();
  for (const [reason, name] of found) namesOf.set(reason, [...(namesOf.get(reason) ?? []), name]);
  return [...namesOf].map(([reason, names]) => `${namesInShort(names)}: ${what}. ${reason}`);
}
