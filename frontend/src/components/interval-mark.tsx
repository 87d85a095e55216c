import classes from "./interval-mark.module.css";
import { AS_NUMBERS, intervalInWords, positionIn } from "./interval-scale";
import type { Interval, Reference, Writing } from "./interval-scale";

const MIDDLE = 10;
const CAP = 4;
const BAR = 12;

function Whisker({ low, high }: { low: number; high: number }) {
  return (
    <g className={classes.whisker}>
      <line x1={`${low}%`} x2={`${high}%`} y1={MIDDLE} y2={MIDDLE} />
      <line x1={`${low}%`} x2={`${low}%`} y1={MIDDLE - CAP} y2={MIDDLE + CAP} />
      <line x1={`${high}%`} x2={`${high}%`} y1={MIDDLE - CAP} y2={MIDDLE + CAP} />
    </g>
  );
}

/** A point with its interval on a line shared by a whole chart or table column. */
export function IntervalMark({
  interval,
  range,
  references = [],
  isQuiet = false,
  isBar = false,
  writing = AS_NUMBERS,
  label,
}: {
  interval: Interval;
  range: [number, number];
  references?: Reference[];
  /** For what is only there to compare with. */
  isQuiet?: boolean;
  /** Whether a bar from zero leads to the point. */
  isBar?: boolean;
  /** How the figure is read out. */
  writing?: Pick<Writing, "figure">;
  label: string;
}) {
  const { value, low, high } = interval;
  return (
    <svg
      className={isQuiet ? `${classes.mark} ${classes.quiet}` : classes.mark}
      role="img"
      aria-label={`${label}: ${intervalInWords(interval, writing)}`}
    >
      <line className={classes.base} x1="0%" x2="100%" y1={MIDDLE} y2={MIDDLE} />
      {references.map(({ label: name, low: from, high: to }) =>
        from === undefined || to === undefined ? null : (
          <rect
            key={name}
            className={classes.band}
            x={`${positionIn(range, from)}%`}
            y={0}
            width={`${positionIn(range, to) - positionIn(range, from)}%`}
            height={MIDDLE * 2}
          />
        ),
      )}
      {references.map((reference) => (
        <line
          key={reference.label}
          className={classes.reference}
          x1={`${positionIn(range, reference.value)}%`}
          x2={`${positionIn(range, reference.value)}%`}
          y1={0}
          y2={MIDDLE * 2}
        />
      ))}
      {isBar && (
        <rect
          className={classes.bar}
          x={`${positionIn(range, 0)}%`}
          y={MIDDLE - BAR / 2}
          width={`${positionIn(range, value) - positionIn(range, 0)}%`}
          height={BAR}
        />
      )}
      {low !== null && high !== null && (
        <Whisker low={positionIn(range, low)} high={positionIn(range, high)} />
      )}
      <circle className={classes.dot} cx={`${positionIn(range, value)}%`} cy={MIDDLE} r={4.5} />
    </svg>
  );
}
