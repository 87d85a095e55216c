export interface StackedRow {
  label: string;
  note?: string;
  /** How many fell into each step of the scale, from its low end. */
  counts: number[];
  isQuiet?: boolean;
  /** Where the rows behind the whole bar are, and those behind each of its parts. */
  to?: string;
  toPart?: (place: number) => string;
}

export function totalOf(counts: number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
