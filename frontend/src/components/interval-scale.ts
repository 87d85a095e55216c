import { formatFixed, formatShare } from "./formats";

export interface Interval {
  value: number;
  low: number | null;
  high: number | null;
  /** What the two ends are, where they are no 95% interval. */
  ends?: string;
}

export interface Reference {
  value: number;
  /** As far as others have given their figure. */
  low?: number;
  high?: number;
  label: string;
}

// So many steps of a scale, about.
const NUM_STEPS = 5;

/** 1, 2 or 5 times a power of ten, at least the size asked for. */
function roundStep(size: number): number {
  const power = 10 ** Math.floor(Math.log10(size));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= size * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** The range of figures that no bounds hold, such as losses and rewards. */
function openRange(lowest: number, highest: number): [number, number] {
  const span = highest - lowest || Math.abs(highest) || 1;
  const step = roundStep(span / NUM_STEPS);
  const ends = [Math.floor(lowest / step - 0.2), Math.ceil(highest / step + 0.2)] as const;
  return [Number((ends[0] * step).toPrecision(6)), Number((ends[1] * step).toPrecision(6))];
}

/**
 * The range that an interval chart shows: everything drawn, a little air, round ends. Figures that
 * leave the bounds were never bound by them.
 */
export function rangeOf(values: number[], bounds: [number, number] = [0, 1]): [number, number] {
  const [floor, ceiling] = bounds;
  if (values.length === 0) return bounds;
  const lowest = Math.min(...values);
  const highest = Math.max(...values);
  if (lowest < floor || highest > ceiling) return openRange(lowest, highest);
  const low = Math.floor((lowest - 0.02) * 10) / 10;
  const high = Math.ceil((highest + 0.02) * 10) / 10;
  const range: [number, number] = [Math.max(floor, low), Math.min(ceiling, high)];
  return range[1] - range[0] < 0.1 ? bounds : range;
}

/** Where a value lies in a range, as a percentage of its width; never outside. */
export function positionIn([low, high]: [number, number], value: number): number {
  if (high <= low) return 0;
  return Math.min(100, Math.max(0, ((value - low) / (high - low)) * 100));
}

function stepOf(span: number): number {
  if (span > 7 || span < 0.15) return roundStep(span / NUM_STEPS);
  return span > 3 ? 1 : span > 1 ? 0.5 : span > 0.5 ? 0.2 : 0.1;
}

/** Round places for an axis, not more than eight. */
export function ticksOf([low, high]: [number, number]): number[] {
  const step = stepOf(high - low);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(6)),
  );
}

/** How a chart writes its figures and the places on its axis. */
export interface Writing {
  figure: (value: number) => string;
  /** An end of an interval in brackets beside its figure. */
  end: (value: number) => string;
  tick: (value: number) => string;
}

export const AS_NUMBERS: Writing = {
  figure: (value) => formatFixed(value, 3),
  end: (value) => formatFixed(value, 3),
  tick: String,
};

/** In percent, as everywhere else on a page. */
export const AS_SHARES: Writing = {
  figure: (value) => formatShare(value),
  // The sign stands at the figure already.
  end: (value) => formatFixed(value * 100, 1),
  tick: (value) => `${Number((value * 100).toPrecision(6))}%`,
};

/** `0.712, 95% interval 0.689 to 0.734` */
export function intervalInWords({ value, low, high, ends = "95% interval" }: Interval, { figure }: Pick<Writing, "figure"> = AS_NUMBERS): string {
  if (low === null || high === null) return figure(value);
  return `${figure(value)}, ${ends} ${figure(low)} to ${figure(high)}`;
}

/** ` [0.689, 0.734]`, or nothing where there is no interval. */
export function bracketsOf({ low, high }: Interval, { end }: Pick<Writing, "end"> = AS_NUMBERS): string {
  return low === null || high === null ? "" : ` [${end(low)}, ${end(high)}]`;
}
