import { missingOf } from "./missing-figures";
import type { NamedFigure } from "./missing-figures";
import classes from "./not-defined.module.css";

/** What a chart could not draw, and why. */
export function NotDefined({ title, figures }: { title: string; figures: NamedFigure[] }) {
  const missing = missingOf(figures);
  if (missing.length === 0) return null;
  return (
    <ul className={classes.missing} aria-label={`${title}: not defined`}>
      {missing.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}
