import classes from "./interval-chart.module.css";
import { IntervalMark } from "./interval-mark";
import { positionIn, rangeOf, ticksOf } from "./interval-scale";
import type { Interval, Reference } from "./interval-scale";

export interface IntervalRow {
  label: string;
  note?: string;
  interval: Interval;
  /** For what is only there to compare with. */
  isQuiet?: boolean;
}

function bracketsOf({ low, high }: Interval): string {
  return low === null || high === null ? "" : ` [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

function valuesOf(rows: IntervalRow[], references: Reference[]): number[] {
  const drawn = rows.flatMap(({ interval }) => [interval.value, interval.low, interval.high]);
  return [...drawn, ...references.map(({ value }) => value)].filter((value) => value !== null);
}

/** Figures with their intervals on one scale, each labelled where it stands. */
export function IntervalChart({
  title,
  rows,
  references = [],
  bounds,
}: {
  title: string;
  rows: IntervalRow[];
  references?: Reference[];
  bounds?: [number, number];
}) {
  const range = rangeOf(valuesOf(rows, references), bounds);
  return (
    <div className={classes.chart} role="group" aria-label={title}>
      {references.map(({ value, label }) => {
        const place = positionIn(range, value);
        return (
          <div key={label} className={classes.axis}>
            <div className={classes.references}>
              <span style={{ left: `${place}%`, transform: `translateX(-${place}%)` }}>
                {label} {value.toFixed(3)}
              </span>
            </div>
          </div>
        );
      })}
      {rows.map(({ label, note, interval, isQuiet }) => (
        <div key={label} className={isQuiet ? `${classes.row} ${classes.quiet}` : classes.row}>
          <div>
            <div className={classes.label}>{label}</div>
            {note && <div className={classes.note}>{note}</div>}
          </div>
          <IntervalMark
            interval={interval}
            range={range}
            references={references}
            isQuiet={isQuiet}
            label={label}
          />
          <div className={classes.figure}>
            <b>{interval.value.toFixed(3)}</b>
            {bracketsOf(interval)}
          </div>
        </div>
      ))}
      <div className={classes.axis} aria-hidden="true">
        <div className={classes.scale}>
          {ticksOf(range).map((tick) => (
            <span key={tick} style={{ left: `${positionIn(range, tick)}%` }}>
              {tick}
            </span>
          ))}
        </div>
      </div>
    </div>
  );
}
