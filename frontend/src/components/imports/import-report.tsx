import { Button } from "@mantine/core";
import type { UseInfiniteQueryResult } from "@tanstack/react-query";

import { DataTable } from "../data-table";
import type { Column } from "../data-table";
import { EmptyNote } from "../empty-note";
import { formatCount } from "../formats";
import { Loaded } from "../loaded";
import { MoreButton } from "../more-button";
import { Section } from "../section";
import { TableSkeleton } from "../table-skeleton";
import classes from "./imports.module.css";

interface OutcomeCount<Outcome> {
  outcome: Outcome;
  label: string;
  count: number;
}

function Counts<Outcome extends string>({
  noun,
  counts,
  chosen,
  onChoose,
}: {
  noun: string;
  counts: OutcomeCount<Outcome>[];
  chosen: Outcome | undefined;
  onChoose: (outcome: Outcome | "") => void;
}) {
  return (
    <div className={classes.counts} role="group" aria-label={`Show the ${noun}s of one outcome`}>
      {counts.map(({ outcome, label, count }) => (
        <button
          key={outcome}
          type="button"
          className={classes.count}
          aria-pressed={chosen === outcome}
          onClick={() => onChoose(chosen === outcome ? "" : outcome)}
        >
          <span>{label}</span> <span>{formatCount(count)}</span>
        </button>
      ))}
    </div>
  );
}

/** What was said of the rows of a file: how many of each outcome, and those of the chosen one. */
export function ImportReport<Outcome extends string, Row extends { id: number }>({
  title,
  note,
  file,
  noun,
  counts,
  chosen,
  onChoose,
  rows,
  columns,
  nothing,
}: {
  title: string;
  note?: string;
  /** The address of the whole report as CSV. */
  file: string;
  /** What the file's parts are called: "row" or "line". */
  noun: string;
  counts: OutcomeCount<Outcome>[];
  chosen: Outcome | undefined;
  onChoose: (outcome: Outcome | "") => void;
  rows: UseInfiniteQueryResult<Row[]>;
  columns: Column<Row>[];
  /** Where there is none of any outcome. */
  nothing: string;
}) {
  return (
    <Section
      title={title}
      note={note}
      actions={
        <Button component="a" href={file} variant="default" download>
          Download as CSV
        </Button>
      }
    >
      <Counts noun={noun} counts={counts} chosen={chosen} onChoose={onChoose} />
      <Loaded query={rows} skeleton={<TableSkeleton />}>
        {(shown) =>
          shown.length === 0 ? (
            <EmptyNote title={chosen ? `No ${noun} had this outcome` : nothing} />
          ) : (
            <>
              <DataTable
                caption={`${noun.charAt(0).toUpperCase()}${noun.slice(1)}s`}
                columns={columns}
                rows={shown}
                rowKey={({ id }) => id}
              />
              <MoreButton list={rows} />
            </>
          )
        }
      </Loaded>
    </Section>
  );
}
