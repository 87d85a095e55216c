import { useState } from "react";

import { rowsOf } from "./curves";
import type { Series } from "./curves";
import { formatCount, formatMeasure } from "./formats";
import classes from "./line-chart.module.css";

const MAX_ROWS = 500;

/** The figures behind a chart, newest first; drawn only once somebody opens it. */
export function FiguresTable({ series, xName }: { series: Series[]; xName: string }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details className={classes.behind} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>Figures</summary>
      {isOpen && <Rows series={series} xName={xName} />}
    </details>
  );
}

function Rows({ series, xName }: { series: Series[]; xName: string }) {
  const rows = rowsOf(series).reverse();
  return (
    // Scrollable by keyboard as well.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={classes.scroll} tabIndex={0} role="region" aria-label="Figures of the chart">
      <table>
        <thead>
          <tr>
            <th scope="col">{xName}</th>
            {series.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MAX_ROWS).map((row) => (
            <tr key={row.x}>
              <th scope="row">{formatCount(row.x)}</th>
              {series.map(({ name }, index) => {
                const value = row[`s${index}`];
                return <td key={name}>{value === undefined ? "" : formatMeasure(value)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MAX_ROWS && <p>The newest {MAX_ROWS} of {formatCount(rows.length)} rows.</p>}
    </div>
  );
}
