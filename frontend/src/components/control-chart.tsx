import type { FiguresOfChart } from "./chart";
import { ChartFrame } from "./chart-frame";
import classes from "./control-chart.module.css";
import { apart, isKnown, marksOf, scaleOf } from "./control-scale";
import type { ControlMark, ControlPoint, Known, Scale } from "./control-scale";
import { countOf, formatCount, formatDay, formatShare } from "./formats";
import { NoFigure } from "./no-figure";
import { NotDefined } from "./not-defined";
import plot from "./plot.module.css";

function Drawing({ points, marks, scale }: { points: Known[]; marks: ControlMark[]; scale: Scale }) {
  const { x, y } = scale;
  const place = (day: string, share: number) => `${x(day)},${y(share)}`;
  const band = [
    ...points.map(({ day, high }) => place(day, high)),
    ...[...points].reverse().map(({ day, low }) => place(day, low)),
  ];
  return (
    <svg className={plot.drawing} viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      {scale.ticks.map((tick) => (
        <line key={tick} className={plot.grid} x1={0} x2={100} y1={y(tick)} y2={y(tick)} />
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
        className={`${plot.line} ${classes.line}`}
        points={points.map(({ day, value }) => place(day, value)).join(" ")}
      />
    </svg>
  );
}

// From here on a label ends where its line stands, so as not to leave the chart.
const NEAR_END = 92;

// Percent of the width between two days that are named, on a broad page and on a phone.
const DAY_GAP = 9;
const NARROW_DAY_GAP = 21;

/** The days of the points, the newest always, as many as have room. */
function Days({ points, scale }: { points: Known[]; scale: Scale }) {
  const named = apart(points.map(({ day }) => day), scale, DAY_GAP);
  const narrow = new Set(apart(named, scale, NARROW_DAY_GAP));
  return (
    <div className={`${plot.small} ${classes.days}`} aria-hidden="true">
      {named.map((day) => (
        <span key={day} className={narrow.has(day) ? undefined : classes.broadOnly} style={{ left: `${scale.x(day)}%` }}>
          {formatDay(day)}
        </span>
      ))}
    </div>
  );
}

/** `Instructions 2 on 5 Mar` */
const markWords = ({ label, moment }: ControlMark) => `${label} on ${formatDay(moment.slice(0, 10))}`;

function figuresOf(points: ControlPoint[], counted: string, marks: ControlMark[]): FiguresOfChart {
  const published = marksOf(points, marks);
  return {
    columns: ["Week of", "Value", "Band low", "Band high", counted, "Said", ...(marks.length > 0 ? [MARKS] : [])],
    rows: points.map(({ day, value, low, high, count, isOutside, reason }, place) => [
      day,
      value,
      low,
      high,
      count,
      isOutside ? "outside the band" : (reason ?? ""),
      ...(marks.length > 0 ? [(published[place] ?? []).map(markWords).join("; ")] : []),
    ]),
    links: points.map(({ to }) => to),
  };
}

// What is marked in a week, or before the next one that has a row.
const MARKS = "Instructions";

// More than these would push the rest of a page away.
const FEW_WEEKS = 3;

/** Weeks without a figure, each with its reason. */
function MissingWeeks({ title, points }: { title: string; points: ControlPoint[] }) {
  const missing = (
    <NotDefined
      title={title}
      figures={points.map(({ day, reason }) => ({
        name: `Week of ${formatDay(day)}`,
        figure: { value: null, reason_undefined: reason },
      }))}
    />
  );
  if (points.length <= FEW_WEEKS) return missing;
  return (
    <details className={classes.missing}>
      <summary>{`${countOf(points.length, "week")} not defined`}</summary>
      {missing}
    </details>
  );
}

/** A share by week with the band that chance alone keeps to; what lies outside is ringed. */
export function ControlChart({
  title,
  definition,
  counted,
  points,
  empty,
  marks = [],
}: {
  title: string;
  /** What the share and the band are; it goes with every file made of the chart. */
  definition: string;
  counted: string;
  points: ControlPoint[];
  /** Why there is no week at all. */
  empty: string;
  marks?: ControlMark[];
}) {
  const known = points.filter(isKnown);
  const first = known[0];
  const last = known[known.length - 1];
  const missing = <MissingWeeks title={title} points={points.filter((point) => !isKnown(point))} />;
  if (points.length === 0) return <NoFigure reason={empty} />;
  if (!first || !last) return missing;
  const scale = scaleOf(known);
  const shownMarks = marks.filter(({ moment }) => moment >= first.day);
  const outside = known.filter(({ isOutside }) => isOutside);
  const summary = `${title}: ${known.length} weeks, the last ${formatShare(last.value)}; ${outside.length} outside the band.`;
  const marked = shownMarks.length === 0 ? "" : ` ${shownMarks.map(markWords).join("; ")}.`;
  const figures = figuresOf(points, counted, marks);
  const draw = async () => (await import("./control-drawing")).drawControl(known, shownMarks);
  return (
    <ChartFrame chart={{ title, definition, figures, draw }} isTitled={false} isSheet>
      <div className={classes.area}>
        <div className={`${plot.plot} ${classes.plot}`} role="img" aria-label={summary + marked}>
          <Drawing points={known} marks={shownMarks} scale={scale} />
          {scale.ticks.map((tick) => (
            <span key={tick} className={plot.tick} style={{ top: `${scale.y(tick)}%` }}>
              {formatShare(tick, 0)}
            </span>
          ))}
          {shownMarks.map(({ moment, label }) => (
            <span
              key={label}
              className={`${plot.small} ${classes.markLabel}`}
              style={{ left: `${scale.x(moment)}%`, transform: scale.x(moment) > NEAR_END ? "translateX(-100%)" : undefined }}
            >
              {label}
            </span>
          ))}
          {known.map((point) => (
            <span
              key={point.day}
              className={point.isOutside ? `${plot.dot} ${plot.ring}` : plot.dot}
              style={{ left: `${scale.x(point.day)}%`, top: `${scale.y(point.value)}%` }}
              title={`${formatDay(point.day)}: ${formatShare(point.value)} of ${formatCount(point.count)}`}
            />
          ))}
        </div>
        <Days points={known} scale={scale} />
      </div>
      {missing}
    </ChartFrame>
  );
}
