import type { ReactNode } from "react";
import {
  CartesianGrid,
  Line,
  LineChart as Plot,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";

import type { FiguresOfChart } from "./chart";
import { ChartFrame } from "./chart-frame";
import { drawable, niceTicks, rangeOfCurves, rowsOf, shownBand, smooth, spread, thin } from "./curves";
import type { Band, Series } from "./curves";
import { formatCount, formatMeasure, formatTick } from "./formats";
import classes from "./line-chart.module.css";
import { dashOf, seriesColor } from "./palette";

const HEIGHT = 176;
const TOP = 6;
const AXIS_HEIGHT = 22;
const LABEL_WIDTH = 70;
const LABEL_GAP = 15;
const MAX_DRAWN = 400;

interface Tip {
  active?: boolean;
  label?: string | number;
  payload?: readonly { dataKey?: unknown; value?: unknown }[];
}

function TipBox({ tip, series, xName }: { tip: Tip; series: Series[]; xName: string }) {
  if (!tip.active || !tip.payload?.length) return null;
  const lines = series.flatMap(({ name }, index) => {
    const entry = tip.payload?.find(({ dataKey }) => dataKey === `s${index}`);
    return typeof entry?.value === "number" ? [{ name, value: entry.value }] : [];
  });
  return (
    <div className={classes.tip}>
      <p>
        {xName} {tip.label}
      </p>
      {lines.map(({ name, value }) => (
        <p key={name}>
          {name} {formatMeasure(value)}
        </p>
      ))}
    </div>
  );
}

function endOf({ points }: Series): number | undefined {
  return points[points.length - 1]?.y;
}

/** Each curve's newest value, standing where the curve ends. */
function EndLabels({ series, range }: { series: Series[]; range: [number, number] }) {
  const plotHeight = HEIGHT - TOP - AXIS_HEIGHT;
  // A curve without a point keeps its colour for other charts and has no end here.
  const ends = series.flatMap((one, index) => {
    const y = endOf(one);
    return y === undefined ? [] : [{ name: one.name, index, y }];
  });
  const heights = ends.map(({ y }) => TOP + plotHeight * (1 - (y - range[0]) / (range[1] - range[0])));
  const places = spread(heights, LABEL_GAP, HEIGHT - AXIS_HEIGHT);
  return ends.map(({ name, index, y }, place) => (
    <div
      key={name}
      className={classes.label}
      style={{ top: places[place], width: LABEL_WIDTH - 8, color: seriesColor(index) }}
    >
      {formatMeasure(y)}
    </div>
  ));
}

function Sample({ index }: { index: number }) {
  return (
    <svg width={22} height={8} aria-hidden="true">
      <line
        x1={0}
        x2={22}
        y1={4}
        y2={4}
        stroke={seriesColor(index)}
        strokeWidth={2}
        strokeDasharray={dashOf(index)}
      />
    </svg>
  );
}

/** Which line is which, drawn as the line is drawn; what has no line here says so. */
function Names({ series }: { series: Series[] }) {
  if (series.length < 2) return null;
  const empty = series.filter(({ points }) => points.length === 0).map(({ name }) => name);
  return (
    <div className={classes.names}>
      {series.map(
        ({ name, points }, index) =>
          points.length > 0 && (
            <span key={name}>
              <Sample index={index} />
              {name}
            </span>
          ),
      )}
      {empty.length > 0 && <span>{empty.join(", ")}: no values</span>}
    </div>
  );
}

function stepsOf(series: Series[]): [number, number] {
  const steps = series.flatMap(({ points }) => points.map(({ x }) => x));
  return steps.length === 0 ? [0, 1] : [Math.min(...steps), Math.max(...steps)];
}

function smoothedWords(weight: number): string {
  if (weight === 0) return "";
  return ` Drawn as a moving average in which the past weighs ${weight}; the figures are as measured.`;
}

/** Newest first, as a log is read. */
function figuresOf(series: Series[], xName: string): FiguresOfChart {
  return {
    columns: [xName, ...series.map(({ name }) => name)],
    rows: rowsOf(series)
      .reverse()
      .map((row) => [row.x, ...series.map((_, index) => row[`s${index}`] ?? null)]),
  };
}

function summaryOf(title: string, series: Series[], xName: string): string {
  const parts = series.map(({ name, points }) => {
    const last = points[points.length - 1];
    return last ? `${name} ${formatMeasure(last.y)} at ${xName} ${formatCount(last.x)}` : `${name} without values`;
  });
  return `${title}: ${parts.join(", ")}`;
}

/** What is drawn: thinned, smoothed, on one range, and all of it as rows for the chart library. */
function prepared(series: Series[], smoothing: number) {
  const raw = series.map(({ name, points }) => ({ name, points: thin(drawable(points), MAX_DRAWN) }));
  const shown = raw.map(({ name, points }) => ({ name, points: smooth(points, smoothing) }));
  const rawRows = new Map(rowsOf(raw, "r").map((row) => [row.x, row]));
  return {
    raw,
    shown,
    range: rangeOfCurves(smoothing > 0 ? [...raw, ...shown] : shown),
    drawn: rowsOf(shown).map((row) => ({ ...rawRows.get(row.x), ...row })),
  };
}

/** Curves over steps, labelled where they end, with the figures behind them in a table. */
export function LineChart({
  title,
  unit = "",
  definition,
  xName = "step",
  series,
  smoothing = 0,
  band = null,
  children,
}: {
  title: string;
  unit?: string;
  /** What the curves are; it goes with every file made of the chart. */
  definition: string;
  xName?: string;
  series: Series[];
  /** Weight of the past in the moving average, from 0 to below 1. */
  smoothing?: number;
  /** Where values are as they should be: shaded behind the curves, with an edge where it ends. */
  band?: Band | null;
  /** What stands between the chart and its figures. */
  children?: ReactNode;
}) {
  const { raw, shown, range, drawn } = prepared(series, smoothing);
  const shaded = band && shownBand(band, range);
  const draw = async () => (await import("./curve-drawing")).drawCurves(shown, xName);
  return (
    <ChartFrame
      chart={{
        title,
        unit,
        definition: `${definition}${smoothedWords(smoothing)}`,
        figures: figuresOf(series, xName),
        draw,
      }}
      isSheet
    >
      <Names series={shown} />
      <div className={classes.plot} role="img" aria-label={summaryOf(title, shown, xName)}>
        <ResponsiveContainer width="100%" height={HEIGHT}>
          <Plot
            data={drawn}
            margin={{ top: TOP, right: LABEL_WIDTH, bottom: 0, left: 0 }}
            accessibilityLayer={false}
          >
            {shaded && (
              <ReferenceArea y1={shaded[0]} y2={shaded[1]} fill="var(--band)" fillOpacity={1} stroke="none" />
            )}
            {shaded
              ?.filter((edge) => edge > range[0] && edge < range[1])
              .map((edge) => (
                <ReferenceLine key={edge} y={edge} stroke="var(--text-soft)" strokeDasharray="2 4" />
              ))}
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis
              dataKey="x"
              type="number"
              domain={["dataMin", "dataMax"]}
              height={AXIS_HEIGHT}
              tickLine={false}
              axisLine={{ stroke: "var(--line-strong)" }}
              tick={{ fill: "var(--text-soft)" }}
              tickFormatter={formatCount}
              ticks={niceTicks(stepsOf(shown), 5, 1)}
            />
            <YAxis
              domain={range}
              width={56}
              ticks={niceTicks(range, 5)}
              tickLine={false}
              axisLine={false}
              tick={{ fill: "var(--text-soft)" }}
              tickFormatter={formatTick}
            />
            <Tooltip
              isAnimationActive={false}
              content={(tip) => <TipBox tip={tip} series={shown} xName={xName} />}
            />
            {smoothing > 0 &&
              raw.map(({ name }, index) => (
                <Line
                  key={`raw ${name}`}
                  dataKey={`r${index}`}
                  stroke={seriesColor(index)}
                  strokeOpacity={0.25}
                  strokeWidth={1}
                  dot={false}
                  activeDot={false}
                  connectNulls
                  isAnimationActive={false}
                />
              ))}
            {shown.map(({ name, points }, index) => (
              <Line
                key={name}
                dataKey={`s${index}`}
                stroke={seriesColor(index)}
                strokeWidth={1.75}
                strokeDasharray={dashOf(index)}
                dot={points.length < 12 ? { r: 2.5, strokeWidth: 0, fill: seriesColor(index) } : false}
                connectNulls
                isAnimationActive={false}
              />
            ))}
          </Plot>
        </ResponsiveContainer>
        <EndLabels series={shown} range={range} />
      </div>
      {children}
    </ChartFrame>
  );
}
