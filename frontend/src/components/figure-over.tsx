import type { ReactNode } from "react";

import classes from "./figure-over.module.css";
import { NoFigure } from "./no-figure";

interface Figure {
  value: number | null;
  low: number | null;
  high: number | null;
  reason_undefined: string | null;
  reason_no_interval: string | null;
}

/** What stands small under a figure in a table. */
export function Under({ children }: { children: ReactNode }) {
  return <span className={classes.under}>{children}</span>;
}

/** The same under what begins its line, as a name does. */
export function Beside({ children }: { children: ReactNode }) {
  return <span className={`${classes.under} ${classes.start}`}>{children}</span>;
}

/** A figure in a table, over its interval or why it has none; where it is not defined, why not. */
export function FigureOver({
  figure,
  write,
  isReasonElsewhere = false,
  children,
}: {
  figure: Figure;
  write: (value: number) => string;
  /** Whether the page says once, for many rows, why they have no interval. */
  isReasonElsewhere?: boolean;
  /** What it is over, where no column says so. */
  children?: ReactNode;
}) {
  const { value, low, high, reason_undefined: why, reason_no_interval: reason } = figure;
  if (value === null) return <NoFigure reason={why} />;
  return (
    <>
      {write(value)}
      <Under>
        {low === null || high === null ? (
          ((isReasonElsewhere ? null : reason) ?? "no interval")
        ) : (
          <span className={classes.ends}>{`${write(low)} to ${write(high)}`}</span>
        )}
      </Under>
      {children && <Under>{children}</Under>}
    </>
  );
}
