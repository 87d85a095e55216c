import { niceTicks } from "./curves";

export interface ControlPoint {
  /** The first day of the period, as `2026-03-02`. */
  day: string;
  value: number | null;
  expected: number | null;
  low: number | null;
  high: number | null;
  count: number;
  isOutside: boolean;
  /** Why there is no value. */
  reason: string | null;
  /** Where the rows behind the period are. */
  to?: string;
}

export interface ControlMark {
  moment: string;
  label: string;
}

export interface Scale {
  x: (moment: string) => number;
  y: (share: number) => number;
  ticks: number[];
}

export type Known = ControlPoint & { value: number; expected: number; low: number; high: number };

export function isKnown(point: ControlPoint): point is Known {
  return point.value !== null && point.expected !== null && point.low !== null && point.high !== null;
}

/** Percent of the drawing's width and height; a single period stands in the middle. */
export function scaleOf(points: Known[]): Scale {
  const times = points.map(({ day }) => Date.parse(day));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const shares = points.flatMap(({ value, low, high }) => [value, low, high]);
  const margin = 0.02;
  const [least, most] = [Math.max(0, Math.min(...shares) - margin), Math.min(1, Math.max(...shares) + margin)];
  return {
    // What is marked after the last period began stands at the edge at most.
    x: (moment) =>
      last > first ? Math.min(100, 2 + (96 * (Date.parse(moment) - first)) / (last - first)) : 50,
    y: (share) => 100 - (100 * (share - least)) / (most - least || 1),
    ticks: niceTicks([least, most], 4, 0.01),
  };
}

/** What is marked in each period, or after it and before the next one: one list for each. */
export function marksOf(points: Pick<ControlPoint, "day">[], marks: ControlMark[]): ControlMark[][] {
  return points.map(({ day }, place) => {
    const next = points[place + 1]?.day;
    return marks.filter(({ moment }) => moment >= day && (next === undefined || moment < next));
  });
}

/** Those of the days, in their order, that stand so many percent apart; the last one always. */
export function apart(days: string[], { x }: Pick<Scale, "x">, gap: number): string[] {
  const kept: string[] = [];
  for (const day of [...days].reverse()) {
    const next = kept[0];
    if (next === undefined || x(next) - x(day) >= gap) kept.unshift(day);
  }
  return kept;
}
