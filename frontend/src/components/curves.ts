export interface Point {
  x: number;
  y: number;
}

export interface Series {
  name: string;
  points: Point[];
}

/** A range of values; null leaves that side open. */
export interface Band {
  low: number | null;
  high: number | null;
}

/** On which side of a band a value lies; what is no number lies in none, so nothing is said of it. */
export function placeIn({ low, high }: Band, value: number): "below" | "inside" | "above" {
  if (low !== null && value < low) return "below";
  return high !== null && value > high ? "above" : "inside";
}

/** The part of a band that a chart of this range shows; null when it shows none of it. */
export function shownBand({ low, high }: Band, range: [number, number]): [number, number] | null {
  const from = Math.max(low ?? range[0], range[0]);
  const to = Math.min(high ?? range[1], range[1]);
  return from < to ? [from, to] : null;
}

/** Not more than `limit` points: neighbours are averaged, so nothing is dropped by chance. */
export function thin(points: Point[], limit: number): Point[] {
  if (points.length <= limit) return points;
  const size = Math.ceil(points.length / limit);
  const thinned: Point[] = [];
  for (let start = 0; start < points.length; start += size) {
    const bucket = points.slice(start, start + size);
    const last = bucket[bucket.length - 1];
    if (!last) break;
    const mean = bucket.reduce((sum, point) => sum + point.y, 0) / bucket.length;
    thinned.push({ x: last.x, y: mean });
  }
  return thinned;
}

/**
 * An exponential moving average that forgets its empty start: the first value stays the first
 * value, and a constant stays constant.
 */
export function smooth(points: Point[], weight: number): Point[] {
  if (weight <= 0) return points;
  let average = 0;
  let share = 0;
  return points.map(({ x, y }) => {
    average = weight * average + (1 - weight) * y;
    share = weight * share + (1 - weight);
    return { x, y: average / share };
  });
}

/** Figures that a chart cannot draw are left out; the table behind it still shows them. */
export function drawable(points: Point[]): Point[] {
  return points.filter(({ y }) => Number.isFinite(y));
}

const FLAT_SHARE = 0.05;

/** The range of all values with a little air; a flat line lies in the middle of its range. */
export function rangeOfCurves(series: Series[]): [number, number] {
  const values = series.flatMap(({ points }) => points.map(({ y }) => y));
  if (values.length === 0) return [0, 1];
  const low = Math.min(...values);
  const high = Math.max(...values);
  const air = high > low ? (high - low) * FLAT_SHARE : Math.abs(high) * FLAT_SHARE || 1;
  return [low - air, high + air];
}

/** Round places within a range, about as many as asked for. */
export function niceTicks([low, high]: [number, number], count: number, smallest = 0): number[] {
  const rough = (high - low) / Math.max(1, count);
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough * 0.999) ?? 10;
  const step = Math.max(smallest, factor * power);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    Number(((first + index) * step).toPrecision(10)),
  );
}

/** Moves label positions apart until none is nearer than `gap`, keeping their order. */
export function spread(positions: number[], gap: number, end: number): number[] {
  const order = positions.map((_, index) => index).sort((a, b) => at(positions, a) - at(positions, b));
  const placed = [...positions];
  order.forEach((index, place) => {
    const before = order[place - 1];
    if (before !== undefined) placed[index] = Math.max(at(placed, index), at(placed, before) + gap);
  });
  const overflow = Math.max(0, Math.max(...placed) - end);
  return placed.map((position) => position - overflow);
}

function at(positions: number[], index: number): number {
  return positions[index] ?? 0;
}

export type Row = { x: number } & Record<string, number>;

/** The series side by side, one row for every place that any of them has. */
export function rowsOf(series: Series[], prefix = "s"): Row[] {
  const rows = new Map<number, Row>();
  series.forEach(({ points }, index) => {
    for (const { x, y } of points) {
      const row = rows.get(x) ?? ({ x });
      row[`${prefix}${index}`] = y;
      rows.set(x, row);
    }
  });
  return [...rows.values()].sort((a, b) => a.x - b.x);
}
