import classes from "./control-chart.module.css";
import { niceTicks } from "./curves";
import { formatCount, formatDay, formatShare } from "./formats";

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
}

export interface ControlMark {
  moment: string;
  label: string;
}

interface Scale {
  x: (moment: string) => number;
  y: (share: number) => number;
  ticks: number[];
}

type Known = ControlPoint & { value: number; expected: number; low: number; high: number };

function isKnown(point: ControlPoint): point is Known {
  return point.value !== null && point.expected !== null && point.low !== null && point.high !== null;
}

/** Percent of the drawing's width and height; a single period stands in the middle. */
function scaleOf(points: Known[]): Scale {
  const times = points.map(({ day }) => Date.parse(day));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const shares = points.flatMap(({ value, low, high }) => [value, low, high]);
  const margin = 0.02;
  const [least, most] = [Math.max(0, Math.min(...shares) - margin), Math.min(1, Math.max(...shares) + margin)];
  return {
    x: (moment) => (last > first ? 2 + (96 * (Date.parse(moment) - first)) / (last - first) : 50),
    y: (share) => 100 - (100 * (share - least)) / (most - least || 1),
    ticks: niceTicks([least, most], 4, 0.01),
  };
}

function Drawing({ points, marks, scale }: { points: Known[]; marks: ControlMark[]; scale: Scale }) {
  const { x, y } = scale;
  const place = (day: string, share: number) => `${x(day)},${y(share)}`;
  const band = [
    ...points.map(({ day, high }) => place(day, high)),
    ...[...points].reverse().map(({ day, low }) => place(day, low)),
  ];
  return (
    <svg className={classes.drawing} viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      {scale.ticks.map((tick) => (
        <line key={tick} className={classes.grid} x1={0} x2={100} y1={y(tick)} y2={y(tick)} />
      ))}
      {points.length > 1 && <polygon className={classes.band} points={band.join(" ")} />}
      {points.length === 1 &&
        points.map(({ day, low, high }) => (
          <line key={day} className={classes.single} x1={x(day)} x2={x(day)} y1={y(low)} y2={y(high)} />
        ))}
      <polyline
        className={classes.expected}
        points={points.map(({ day, expected }) => place(day, expected)).join(" ")}
      />
      {marks.map(({ moment, label }) => (
        <line key={label} className={classes.mark} x1={x(moment)} x2={x(moment)} y1={0} y2={100} />
      ))}
      <polyline
        className={classes.line}
        points={points.map(({ day, value }) => place(day, value)).join(" ")}
      />
    </svg>
  );
}

function Behind({ points, counted }: { points: ControlPoint[]; counted: string }) {
  return (
    <details className={classes.behind}>
      <summary>Figures</summary>
      <div className={classes.scroll}>
        <table>
          <thead>
            <tr>
              <th scope="col">Week of</th>
              <th scope="col">Value</th>
              <th scope="col">Band</th>
              <th scope="col">{counted}</th>
            </tr>
          </thead>
          <tbody>
            {points.map((point) => (
              <tr key={point.day}>
                <th scope="row">{formatDay(point.day)}</th>
                <td>
                  {point.value === null ? point.reason : formatShare(point.value)}
                  {point.isOutside && ", outside"}
                </td>
                <td>
                  {isKnown(point) ? `${formatShare(point.low)} to ${formatShare(point.high)}` : ""}
                </td>
                <td>{formatCount(point.count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** A share by week with the band that chance alone keeps to; what lies outside is ringed. */
export function ControlChart({
  title,
  counted,
  points,
  marks = [],
}: {
  title: string;
  counted: string;
  points: ControlPoint[];
  marks?: ControlMark[];
}) {
  const known = points.filter(isKnown);
  const first = known[0];
  const last = known[known.length - 1];
  if (!first || !last) return null;
  const scale = scaleOf(known);
  const shownMarks = marks.filter(({ moment }) => moment >= first.day && scale.x(moment) <= 100);
  const outside = known.filter(({ isOutside }) => isOutside);
  const summary = `${title}: ${known.length} weeks, the last ${formatShare(last.value)}; ${outside.length} outside the band.`;
  return (
    <figure className={classes.figure}>
      <div className={classes.plot} role="img" aria-label={summary}>
        <Drawing points={known} marks={shownMarks} scale={scale} />
        {scale.ticks.map((tick) => (
          <span key={tick} className={classes.tick} style={{ top: `${scale.y(tick)}%` }}>
            {formatShare(tick, 0)}
          </span>
        ))}
        {shownMarks.map(({ moment, label }) => (
          <span key={label} className={classes.markLabel} style={{ left: `${scale.x(moment)}%` }}>
            {label}
          </span>
        ))}
        {known.map((point) => (
          <span
            key={point.day}
            className={point.isOutside ? `${classes.dot} ${classes.outside}` : classes.dot}
            style={{ left: `${scale.x(point.day)}%`, top: `${scale.y(point.value)}%` }}
            title={`${formatDay(point.day)}: ${formatShare(point.value)} of ${formatCount(point.count)}`}
          />
        ))}
      </div>
      <div className={classes.ends} aria-hidden="true">
        <span>{formatDay(first.day)}</span>
        {last !== first && <span>{formatDay(last.day)}</span>}
      </div>
      <Behind points={points} counted={counted} />
    </figure>
  );
}
