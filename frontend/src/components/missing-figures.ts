export interface NamedFigure {
  name: string;
  figure: { value: number | null; reason_undefined: string | null };
}

/** Why figures are missing: those that share a reason share a sentence. */
export function missingOf(figures: NamedFigure[]): string[] {
  const namesOf = new Map<string, string[]>();
  for (const { name, figure } of figures) {
    if (figure.value !== null) continue;
    const reason = figure.reason_undefined ?? "";
    namesOf.set(reason, [...(namesOf.get(reason) ?? []), name]);
  }
  return [...namesOf].map(([reason, names]) => `${names.join("; ")}: not defined. ${reason}`);
}
