/** A, B, C ... by the order of the completions, which says nothing about who wrote them. */
export function lettersOf(completions: { id: number }[]): Map<number, string> {
  return new Map(completions.map(({ id }, index) => [id, letterAt(index)]));
}

/** `A` to `Z`, then `27`, `28`: several tasks of one prompt may show many completions. */
function letterAt(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : String(index + 1);
}

export interface Ranked {
  completion_id: number;
  rank: number;
}

/** The tiers of a ranking, the best first, as the letters of each. */
export function tiersOf(items: Ranked[], letters: Map<number, string>): { rank: number; letters: string[] }[] {
  const tiers = new Map<number, string[]>();
  for (const { completion_id: id, rank } of items) {
    tiers.set(rank, [...(tiers.get(rank) ?? []), letters.get(id) ?? "?"].sort());
  }
  return [...tiers.entries()]
    .sort(([one], [other]) => one - other)
    .map(([rank, found]) => ({ rank, letters: found }));
}
