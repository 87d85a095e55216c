import { Fragment } from "react";
import { Link } from "react-router";

import type { FiguresOfChart } from "./chart";
import { ChartFrame } from "./chart-frame";
import classes from "./interval-chart.module.css";
import { IntervalMark } from "./interval-mark";
import { AS_NUMBERS, AS_SHARES, bracketsOf, positionIn, rangeOf, ticksOf } from "./interval-scale";
import type { Interval, Reference } from "./interval-scale";
import type { FigureSize, Undrawn } from "./undrawn";

export interface IntervalRow {
  label: string;
  size?: FigureSize;
  note?: string;
  /** Where the rows behind the figure are. */
  to?: string;
  /** Where they are in parts, where one place does not hold them all. */
  parts?: { label: string; to: string }[];
  interval: Interval;
  /** For what is only there to compare with. */
  isQuiet?: boolean;
}

function valuesOf(rows: IntervalRow[], references: Reference[]): number[] {
  const drawn = rows.flatMap(({ interval }) => [interval.value, interval.low, interval.high]);
  return [...drawn, ...references.map(({ value }) => value)].filter((value) => value !== null);
}

/** What the scale must reach besides what is drawn. */
function endsOf({ isBars, isWholeScale, bounds }: { isBars: boolean; isWholeScale: boolean; bounds?: [number, number] }) {
  return [...(isBars ? [0] : []), ...(isWholeScale && bounds ? bounds : [])];
}

function figuresOf(rows: IntervalRow[], undrawn: Undrawn[], references: Reference[]): FiguresOfChart {
  return {
    columns: ["Name", "Figure", "95% low", "95% high", "n", "Prompts", "Missing because", "Behind it"],
    rows: [
      ...rows.map(({ label, note, size, interval: { value, low, high } }) => [
        label,
        value,
        low,
        high,
        size?.n ?? null,
        size?.prompts ?? null,
        size?.reason ?? "",
        note ?? "",
      ]),
      ...undrawn.map(({ label, n, prompts, reason }) => [label, null, null, null, n, prompts, reason, ""]),
      ...references.map(({ label, value }) => [label, value, null, null, null, null, "", "reference line"]),
    ],
    links: [...rows, ...undrawn].map(({ to }) => to),
  };
}

/** A place on the axis. Those at its very ends stay inside the chart. */
function Tick({ place, children }: { place: number; children: string }) {
  const side = place < 2 ? 0 : place > 98 ? 100 : 50;
  return <span style={{ left: `${place}%`, transform: `translateX(-${side}%)` }}>{children}</span>;
}

function PartsBehind({ parts }: { parts: { label: string; to: string }[] }) {
  return (
    <div className={classes.note}>
      Rankings of{" "}
      {parts.map(({ label, to }, place) => (
        <Fragment key={to}>
          {place > 0 && ", "}
          <Link to={to} aria-label={`${label}: its part of the rankings behind the figure`}>
            {label}
          </Link>
        </Fragment>
      ))}
    </div>
  );
}

/** Figures with their intervals on one scale, each labelled where it stands. */
export function IntervalChart({
  title,
  definition,
  rows,
  undrawn = [],
  references = [],
  bounds,
  isWholeScale = false,
  isTitled = false,
  isBars = false,
  isShare = isBars,
}: {
  title: string;
  /** What the figures are and how they are counted; it goes with every file made of the chart. */
  definition: string;
  rows: IntervalRow[];
  /** What is said below the chart, for its file. */
  undrawn?: Undrawn[];
  references?: Reference[];
  bounds?: [number, number];
  /** Whether all between the bounds is drawn: charts beside each other are compared. */
  isWholeScale?: boolean;
  /** Whether the title is printed: a section of the same name has done so otherwise. */
  isTitled?: boolean;
  /** Shares of something as bars from zero. */
  isBars?: boolean;
  /** Whether the figures are shares, which are written in percent. */
  isShare?: boolean;
}) {
  const writing = isShare ? AS_SHARES : AS_NUMBERS;
  const range = rangeOf([...valuesOf(rows, references), ...endsOf({ isBars, isWholeScale, bounds })], bounds);
  const figures = figuresOf(rows, undrawn, references);
  const draw = async () => (await import("./interval-drawing")).drawIntervals(rows, range, references, { isBars, writing });
  return (
    <ChartFrame chart={{ title, definition, figures, draw }} isTitled={isTitled}>
    <div className={classes.chart} role="group" aria-label={title}>
      {references.map(({ value, label }) => {
        const place = positionIn(range, value);
        return (
          <div key={label} className={classes.axis}>
            <div className={classes.references}>
              <span style={{ left: `${place}%`, transform: `translateX(-${place}%)` }}>
                {label} {writing.figure(value)}
              </span>
            </div>
          </div>
        );
      })}
      {rows.map(({ label, note, to, parts = [], interval, isQuiet }) => (
        <div key={label} className={isQuiet ? `${classes.row} ${classes.quiet}` : classes.row}>
          <div>
            <div className={classes.label}>{to ? <Link to={to}>{label}</Link> : label}</div>
            {note && <div className={classes.note}>{note}</div>}
            {parts.length > 0 && <PartsBehind parts={parts} />}
          </div>
          <IntervalMark
            interval={interval}
            range={range}
            references={references}
            isQuiet={isQuiet}
            isBar={isBars}
            writing={writing}
            label={label}
          />
          <div className={classes.figure}>
            <b>{writing.figure(interval.value)}</b>
            {bracketsOf(interval, writing)}
          </div>
        </div>
      ))}
      <div className={classes.axis} aria-hidden="true">
        <div className={classes.scale}>
          {ticksOf(range).map((tick) => (
            <Tick key={tick} place={positionIn(range, tick)}>
              {writing.tick(tick)}
            </Tick>
          ))}
        </div>
      </div>
    </div>
    </ChartFrame>
  );
}
