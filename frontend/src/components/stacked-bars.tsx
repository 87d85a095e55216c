import type { FiguresOfChart } from "./chart";
import { ChartFrame } from "./chart-frame";
import { formatCount, formatShare } from "./formats";
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
  };
}

function Bar({ row: { label, counts }, steps }: { row: StackedRow; steps: string[] }) {
  const total = totalOf(counts);
  const words = steps.map((step, place) => `${step}: ${formatShare((counts[place] ?? 0) / total)}`);
  return (
    <div className={classes.bar} role="img" aria-label={`${label}: ${words.join(", ")}`}>
      {counts.map((count, place) =>
        count === 0 ? null : (
          <div
            key={steps[place]}
            className={PALE.has(place) ? classes.pale : classes.deep}
            style={{ width: `${(count / total) * 100}%`, background: `var(--scale-${place})` }}
          >
            {count / total >= LABELLED_SHARE && place + 1}
          </div>
        ),
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
          <div className={classes.label}>{row.label}</div>
          <Bar row={row} steps={steps} />
          <div className={classes.size}>
            {row.note} n {formatCount(totalOf(row.counts))}
          </div>
        </div>
      ))}
    </ChartFrame>
  );
}
