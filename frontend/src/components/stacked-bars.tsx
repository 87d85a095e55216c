import { Link } from "react-router";

import type { FiguresOfChart } from "./chart";
import { ChartFrame } from "./chart-frame";
import { countOf, formatCount, formatShare } from "./formats";
import { SCALE } from "./palette";
import classes from "./stacked-bars.module.css";
import { totalOf } from "./stacked-scale";
import type { StackedRow } from "./stacked-scale";

// Below this share a number does not fit into its segment; the table has it.
const LABELLED_SHARE = 0.07;
const PALE = new Set([2, 3, 4]);

function figuresOf(rows: StackedRow[], steps: string[]): FiguresOfChart {
  return {
    columns: ["Name", ...steps, "n"],
    rows: rows.map(({ label, counts }) => [label, ...counts, totalOf(counts)]),
    links: rows.map(({ to }) => to),
    // Nothing is behind none.
    cellLinks: rows.map(({ counts, toPart }) =>
      counts.map((count, place) => (count === 0 ? undefined : toPart?.(place))),
    ),
  };
}

/** One part of a bar: so many judgments said this, and they are behind it. */
function Part({ row, place, step }: { row: StackedRow; place: number; step: string }) {
  const count = row.counts[place] ?? 0;
  const share = count / totalOf(row.counts);
  const look = {
    className: PALE.has(place) ? classes.pale : classes.deep,
    style: { width: `${share * 100}%`, background: `var(--scale-${place})` },
    title: `${step}: ${formatShare(share)}, ${countOf(count, "judgment")}`,
  };
  const number = share >= LABELLED_SHARE && place + 1;
  if (!row.toPart) return <div {...look}>{number}</div>;
  return (
    <Link {...look} to={row.toPart(place)} aria-label={`${row.label}, ${look.title}`}>
      {number}
    </Link>
  );
}

function Bar({ row, steps }: { row: StackedRow; steps: string[] }) {
  const total = totalOf(row.counts);
  const words = steps.map((step, place) => `${step}: ${formatShare((row.counts[place] ?? 0) / total)}`);
  return (
    <div
      className={classes.bar}
      // A picture is one thing; with its parts to be followed it is a group of them.
      role={row.toPart ? "group" : "img"}
      aria-label={`${row.label}: ${words.join(", ")}`}
    >
      {steps.map((step, place) =>
        row.counts[place] ? <Part key={step} row={row} place={place} step={step} /> : null,
      )}
    </div>
  );
}

/** How answers spread over a scale of seven steps, a bar for each name, its parts numbered. */
export function StackedBars({
  title,
  definition,
  steps,
  rows,
}: {
  title: string;
  definition: string;
  /** What each step of the scale is called. */
  steps: string[];
  rows: StackedRow[];
}) {
  const drawn = rows.filter(({ counts }) => totalOf(counts) > 0);
  const draw = async () => (await import("./stacked-drawing")).drawStacked(drawn, steps);
  return (
    <ChartFrame chart={{ title, definition, figures: figuresOf(rows, steps), draw }} isTitled={false}>
      <div className={classes.key} aria-hidden="true">
        {steps.map((step, place) => (
          <span key={step}>
            <i style={{ background: `var(--scale-${place % SCALE.light.length})` }} />
            {step}
          </span>
        ))}
      </div>
      {drawn.map((row) => (
        <div key={row.label} className={row.isQuiet ? `${classes.row} ${classes.quiet}` : classes.row}>
          <div className={classes.label}>{row.to ? <Link to={row.to}>{row.label}</Link> : row.label}</div>
          <Bar row={row} steps={steps} />
          <div className={classes.size}>
            {row.note} n {formatCount(totalOf(row.counts))}
          </div>
        </div>
      ))}
    </ChartFrame>
  );
}
