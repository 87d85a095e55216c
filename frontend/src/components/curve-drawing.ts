import type { Drawing } from "./chart";
import { niceTicks, rangeOfCurves, spread } from "./curves";
import type { Series } from "./curves";
import { clipped, FAINT, line, round, SOFT, text } from "./drawing-marks";
import { formatCount, formatMeasure, formatTick } from "./formats";
import { dashOf, SERIES } from "./palette";

const WIDTH = 820;
const HEIGHT = 320;
const LEFT = 64;
const RIGHT = 200;
const LABEL_GAP = 16;
const LABEL_LIMIT = 27;

/** Curves for a file, each named where it ends, in the colour that it has on the page. */
export function drawCurves(all: Series[], xName: string): Drawing {
  const series = all.flatMap((one, place) => (one.points.length > 0 ? [{ ...one, place }] : []));
  const range = rangeOfCurves(series);
  const steps = series.flatMap(({ points }) => points.map(({ x }) => x));
  const [first, last] = steps.length > 0 ? [Math.min(...steps), Math.max(...steps)] : [0, 1];
  const right = WIDTH - RIGHT;
  const across = (x: number) => LEFT + ((right - LEFT) * (x - first)) / (last - first || 1);
  const down = (y: number) => HEIGHT * (1 - (y - range[0]) / (range[1] - range[0]));
  const grid = niceTicks(range, 5).flatMap((tick) => [
    line([LEFT, down(tick)], [right, down(tick)], { stroke: FAINT }),
    text(LEFT - 8, down(tick) + 4, formatTick(tick), { anchor: "end", size: 12, fill: SOFT }),
  ]);
  const steady = niceTicks([first, last], 6, 1).map((tick) =>
    text(across(tick), HEIGHT + 18, formatCount(tick), { anchor: "middle", size: 12, fill: SOFT }),
  );
  const ends = series.map(({ points }) => points[points.length - 1]?.y ?? range[0]);
  const places = spread(ends.map(down), LABEL_GAP, HEIGHT);
  const curves = series.flatMap(({ name, points, place }, index) => {
    const color = SERIES.light[place % SERIES.light.length] ?? "";
    const path = points.map(({ x, y }) => `${round(across(x))},${round(down(y))}`).join(" ");
    const dash = dashOf(place);
    return [
      `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"${dash ? ` stroke-dasharray="${dash}"` : ""}/>`,
      ...(points.length < 12
        ? points.map(({ x, y }) => `<circle cx="${round(across(x))}" cy="${round(down(y))}" r="3" fill="${color}"/>`)
        : []),
      text(right + 8, (places[index] ?? 0) + 4, clipped(`${formatMeasure(ends[index] ?? 0)} ${name}`, LABEL_LIMIT), { fill: color }),
    ];
  });
  const axis = [
    line([LEFT, HEIGHT], [right, HEIGHT], { stroke: SOFT }),
    text(right, HEIGHT + 36, xName, { anchor: "end", size: 12, fill: SOFT }),
  ];
  return { width: WIDTH, height: HEIGHT + 40, body: [...grid, ...axis, ...steady, ...curves].join("\n") };
}
