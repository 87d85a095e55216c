import classes from "./no-figure.module.css";

/** What stands in the place of a figure that does not exist (R42). */
export function NoFigure({ reason }: { reason: string | null }) {
  return <span className={classes.reason}>not defined: {reason ?? "no reason was given"}</span>;
}
