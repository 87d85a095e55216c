import { Button } from "@mantine/core";
import { useState } from "react";
import type { ReactNode } from "react";
import { Link } from "react-router";

import type { ChartFacts, FigureCell } from "./chart";
import classes from "./chart-frame.module.css";
import { formatCount, formatMeasure } from "./formats";
import { Meanings } from "./meanings";

const MAX_ROWS = 500;
const KINDS = ["svg", "png", "csv"] as const;

function cellText(cell: FigureCell | undefined): string {
  if (cell === null || cell === undefined) return "";
  return typeof cell === "number" ? formatMeasure(cell) : cell;
}

function Leading({ words, to }: { words: string; to: string | undefined }) {
  return to === undefined ? <>{words}</> : <Link to={to}>{words}</Link>;
}

function FiguresTable({ figures: { columns, rows, links = [], cellLinks = [] }, title }: Pick<ChartFacts, "figures" | "title">) {
  // Figures stand at the end of their column, words at its start.
  const isOfWords = columns.map((_, place) => rows.some((row) => typeof row[place] === "string"));
  return (
    <div
      className={classes.scroll}
      // Scrollable by keyboard as well.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      role="region"
      aria-label={`Figures of ${title}`}
    >
      <table>
        <thead>
          <tr>
            {columns.map((column, place) => (
              <th key={column} scope="col" data-words={isOfWords[place] || undefined}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MAX_ROWS).map(([first, ...others], index) => (
            <tr key={index}>
              <th scope="row">
                <Leading words={typeof first === "number" ? formatCount(first) : (first ?? "")} to={links[index]} />
              </th>
              {others.map((cell, place) => (
                <td key={columns[place + 1]} data-words={isOfWords[place + 1] || undefined}>
                  <Leading words={cellText(cell)} to={cellLinks[index]?.[place]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MAX_ROWS && (
        <p>
          The first {MAX_ROWS} of {formatCount(rows.length)} rows; the CSV file has all.
        </p>
      )}
    </div>
  );
}

function Downloads({ chart }: { chart: ChartFacts }) {
  const [problem, setProblem] = useState<string | null>(null);
  const save = async (kind: (typeof KINDS)[number]) => {
    try {
      const { saveChart } = await import("./chart-files");
      await saveChart(chart, kind);
      setProblem(null);
    } catch {
      setProblem("The file could not be made. Reload the page and try again.");
    }
  };
  return (
    <div className={classes.downloads}>
      <span>Download</span>
      {KINDS.map((kind) => (
        <Button
          key={kind}
          size="compact-xs"
          variant="default"
          aria-label={`Download ${chart.title} as ${kind.toUpperCase()}`}
          onClick={() => void save(kind)}
        >
          {kind.toUpperCase()}
        </Button>
      ))}
      {problem && <span role="alert">{problem}</span>}
    </div>
  );
}

/** What stands under every drawing: its figures as a table, what they mean, and files of both. */
function Behind({ chart }: { chart: ChartFacts }) {
  // A table of hundreds of steps is drawn only once somebody opens it.
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details className={classes.behind} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary aria-label={`Figures and files of ${chart.title}`}>Figures and files</summary>
      {isOpen && (
        <>
          <p className={classes.definition}>{chart.definition}</p>
          {chart.meanings && <Meanings title="What each figure is" meanings={chart.meanings} />}
          <Downloads chart={chart} />
          <FiguresTable figures={chart.figures} title={chart.title} />
        </>
      )}
    </details>
  );
}

/** The one frame round every chart: title, unit, the drawing, and what is behind it. */
export function ChartFrame({
  chart,
  isTitled = true,
  isSheet = false,
  children,
}: {
  chart: ChartFacts;
  /** Whether the title is printed; the section around the chart may have printed it already. */
  isTitled?: boolean;
  /** Whether the chart lies on a sheet of its own. */
  isSheet?: boolean;
  children: ReactNode;
}) {
  return (
    <figure className={isSheet ? `${classes.frame} ${classes.sheet}` : classes.frame}>
      <figcaption className={isTitled ? classes.caption : classes.hidden}>
        <span className={classes.title}>{chart.title}</span>
        <span className={classes.unit}>{chart.unit}</span>
      </figcaption>
      {children}
      <Behind chart={chart} />
    </figure>
  );
}
