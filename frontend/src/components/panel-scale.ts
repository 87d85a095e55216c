import { niceTicks, rangeOfCurves } from "./curves";

/** One figure of a panel: what stands over one value of the shared axis. */
export interface PanelFigure {
  value: number | null;
  low: number | null;
  high: number | null;
  /** What the figure is a mean over, as `64 prompts`; empty where that is not known. */
  counted: string;
  /** Why there is no value; empty while there may still be one. */
  reason: string;
}

/** One small chart of several that share their horizontal axis. */
export interface ChartPanel {
  title: string;
  unit: string;
  /** As `Higher is better.` */
  note: string;
  definition: string;
  /** In the order of the chart's values. */
  figures: PanelFigure[];
}

/** The horizontal axis: where a value lies, in percent of the width. */
export interface SharedAxis {
  place: (value: number) => number;
  isLogarithmic: boolean;
  /** Where the axis is broken between zero and the smallest value; null where it is not. */
  breakAt: number | null;
}

// From the least to the greatest so many times: equal steps would put the small ones together.
const LOGARITHMIC_FROM = 5;
const MARGIN = 4;
const ZERO_GAP = 14;

/**
 * Logarithmic where the values are positive and far apart; a zero among them stands at the left
 * beyond a break, because it has no logarithm.
 */
export function sharedAxis(values: number[]): SharedAxis {
  const positive = values.filter((value) => value > 0);
  const [least, most] = [Math.min(...positive), Math.max(...positive)];
  const isLogarithmic = !values.some((value) => value < 0) && positive.length > 1 && most / least >= LOGARITHMIC_FROM;
  if (!isLogarithmic) {
    const [first, last] = [Math.min(...values), Math.max(...values)];
    const place = (value: number) =>
      last > first ? MARGIN + ((100 - 2 * MARGIN) * (value - first)) / (last - first) : 50;
    return { place, isLogarithmic: false, breakAt: null };
  }
  const hasZero = values.includes(0);
  const start = hasZero ? MARGIN + ZERO_GAP : MARGIN;
  const span = 100 - MARGIN - start;
  const place = (value: number) =>
    value === 0 ? MARGIN : start + (span * Math.log(value / least)) / Math.log(most / least);
  return { place, isLogarithmic: true, breakAt: hasZero ? MARGIN + ZERO_GAP / 2 : null };
}

/** The values whose labels stand at least `gap` percent apart; the ends come first. */
export function labelled(values: number[], { place }: SharedAxis, gap: number): number[] {
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  const [first, last] = [distinct[0], distinct[distinct.length - 1]];
  const kept: number[] = [];
  for (const value of new Set([first, last, ...distinct])) {
    if (value === undefined) continue;
    if (kept.every((other) => Math.abs(place(other) - place(value)) >= gap)) kept.push(value);
  }
  return kept.sort((a, b) => a - b);
}

export interface PanelScale {
  /** Percent from the top. */
  down: (value: number) => number;
  ticks: number[];
}

/** The vertical scale of one panel: its figures and their intervals with a little air. */
export function panelScale({ figures }: ChartPanel): PanelScale {
  const drawn = figures.flatMap(({ value, low, high }) => [value, low, high]);
  const points = drawn.flatMap((y, x) => (y === null ? [] : [{ x, y }]));
  const range = rangeOfCurves([{ name: "", points }]);
  return {
    down: (value) => 100 - (100 * (value - range[0])) / (range[1] - range[0]),
    ticks: niceTicks(range, 4),
  };
}

/** The places of the figures that are there, joined from left to right but not across the break. */
export function joined(values: number[], { figures }: ChartPanel, axis: SharedAxis): { x: number; value: number }[] {
  return values
    .flatMap((x, index) => {
      const value = figures[index]?.value ?? null;
      return value === null || (axis.breakAt !== null && x === 0) ? [] : [{ x, value }];
    })
    .sort((a, b) => a.x - b.x);
}
