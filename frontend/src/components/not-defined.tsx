import { missingOf, numbersWithoutInterval, withoutIntervalOf } from "./missing-figures";
import type { NamedFigure, NamedInterval } from "./missing-figures";
import classes from "./not-defined.module.css";

function Sentences({ label, sentences }: { label: string; sentences: string[] }) {
  if (sentences.length === 0) return null;
  return (
    <ul className={classes.missing} aria-label={label}>
      {sentences.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}

/** What a chart could not draw, and why. */
export function NotDefined({ title, figures }: { title: string; figures: NamedFigure[] }) {
  return <Sentences label={`${title}: not defined`} sentences={missingOf(figures)} />;
}

/** What has no interval, and why, where a cell has no room for the reason. */
export function NoInterval({ title, figures }: { title: string; figures: NamedInterval[] }) {
  return <Sentences label={`${title}: no interval`} sentences={withoutIntervalOf(figures)} />;
}

/** How many of a list have no interval, and why: in its rows there is no room for a reason. */
export function NumbersWithoutInterval({
  title,
  figures,
  of,
}: {
  title: string;
  figures: NamedInterval["figure"][];
  /** What the figures are of, one of them. */
  of: string;
}) {
  return <Sentences label={`${title}: no interval`} sentences={numbersWithoutInterval(figures, of)} />;
}
