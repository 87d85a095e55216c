import classes from "./progress-line.module.css";

/** How far something is, in words above a thin line. */
export function ProgressLine({
  share,
  label,
  words,
  more,
  isQuiet = false,
}: {
  /** From 0 to 1. */
  share: number;
  /** What is progressing, for people who do not see the line. */
  label: string;
  words: string;
  more?: string;
  /** For things that no longer move. */
  isQuiet?: boolean;
}) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <div className={isQuiet ? `${classes.progress} ${classes.quiet}` : classes.progress}>
      <div className={classes.words}>
        <span>{words}</span>
        {more && <span>{more}</span>}
      </div>
      <div
        className={classes.track}
        role="progressbar"
        aria-label={label}
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuetext={more ? `${words}, ${more}` : words}
      >
        <div className={classes.done} style={{ width: `${percent}%` }} />
      </div>
    </div>
  );
}
