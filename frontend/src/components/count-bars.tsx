import { Link } from "react-router";

import type { FiguresOfChart } from "./chart";
import { ChartFrame } from "./chart-frame";
import classes from "./count-bars.module.css";
import { formatCount } from "./formats";

export interface CountBar {
  /** Stands under the bar. */
  label: string;
  /** What the bar is of and how much, in words. */
  words: string;
  count: number;
  /** Where the rows behind the bar are, if a list has just those. */
  to: string | undefined;
}

/** How many fall into each step of something, a bar for each with its number over it. */
export function CountBars({
  title,
  definition,
  step,
  counted,
  bars,
}: {
  title: string;
  /** What is counted; it goes with every file made of the chart. */
  definition: string;
  /** What the labels are. */
  step: string;
  counted: string;
  bars: CountBar[];
}) {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const figures: FiguresOfChart = {
    columns: [step, counted],
    rows: bars.map(({ label, count }) => [label, count]),
    links: bars.map(({ to }) => to),
  };
  const draw = async () => (await import("./count-drawing")).drawCounts(bars, step);
  return (
    <ChartFrame chart={{ title, definition, figures, draw }} isTitled={false} isSheet>
      <ol className={classes.bars} aria-label={title}>
        {bars.map(({ label, words, count, to }) => (
          <li key={label} title={words}>
            {to === undefined ? (
              <span className={classes.count}>{formatCount(count)}</span>
            ) : (
              <Link className={classes.count} to={to} aria-label={words}>
                {formatCount(count)}
              </Link>
            )}
            <span className={classes.bar} style={{ height: `${(count / most) * 6}rem` }} />
            <span className={classes.label}>{label}</span>
          </li>
        ))}
      </ol>
    </ChartFrame>
  );
}
