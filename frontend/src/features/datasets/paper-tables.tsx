import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { PaperTable, RowsBehind } from "@/api/training-types";
import type { FiguresOfChart } from "@/components/chart";
import { CsvButton } from "@/components/csv-button";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { FilterSelect } from "@/components/filter-select";
import { Loaded } from "@/components/loaded";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";
import { Toolbar } from "@/components/toolbar";
import { useAddressFilters } from "@/components/use-address-filters";

import classes from "./paper-tables.module.css";
import { tablesQuery } from "./snapshot-queries";
import { rowsAddress } from "./snapshot-rows";
import { writerOf } from "./table-cells";

type Row = PaperTable["rows"][number];

/** A cell that leads to the rows it counts or measures. */
function Behind({ row, place, column, address, children }: {
  row: Row;
  place: number;
  column: string;
  address: (behind: RowsBehind) => string;
  children: string;
}) {
  const behind = row.behind.find(({ cell }) => cell === place);
  if (!behind) return children;
  return (
    <Link to={address(behind)} aria-label={`${column} of ${row.name}: ${children}`}>
      {children}
    </Link>
  );
}

function columnsOf(
  { row_header: header, columns, kinds, rows }: PaperTable,
  address: (behind: RowsBehind) => string,
): Column<Row>[] {
  return [
    { key: "name", header, isRowHeader: true, cell: ({ name }) => name },
    ...columns.map((column, place) => {
      const write = writerOf(kinds[place] ?? "measure", rows.map(({ cells }) => cells[place]));
      return {
        key: column,
        header: column,
        align: "end" as const,
        isOneLine: true,
        cell: (row: Row) => (
          <Behind row={row} place={place} column={column} address={address}>
            {write(row.cells[place])}
          </Behind>
        ),
      };
    }),
  ];
}

function figuresOf({ row_header: header, columns, rows }: PaperTable): FiguresOfChart {
  return { columns: [header, ...columns], rows: rows.map(({ name, cells }) => [name, ...cells]) };
}

/** The definition for the file, in which an undefined cell is empty. */
function definitionOf({ definition, reasons_undefined: reasons }: PaperTable): string {
  return reasons.length === 0 ? definition : `${definition}\nAn empty cell is undefined: ${reasons.join(" ")}`;
}

function OneTable({ snapshotId, table }: { snapshotId: string; table: PaperTable }) {
  if (table.rows.length === 0) {
    return <EmptyNote title="Nothing to count here">No prompt of this snapshot belongs in this table.</EmptyNote>;
  }
  return (
    <>
      <DataTable
        caption={table.title}
        columns={columnsOf(table, (behind) => rowsAddress(snapshotId, behind, { table: table.key }))}
        rows={table.rows}
        rowKey={({ name }) => name}
      />
      {table.reasons_undefined.length > 0 && (
        <p className={classes.undefined}>A dash is undefined: {table.reasons_undefined.join(" ")}</p>
      )}
    </>
  );
}

/** The snapshot in the paper's tables, one at a time, the choice in the address (R45). */
export function PaperTables({ snapshotId }: { snapshotId: string }) {
  const [{ table: chosen }, setFilter] = useAddressFilters(["table"]);
  const found = useQuery(tablesQuery(snapshotId));
  return (
    <Loaded query={found} skeleton={<TableSkeleton />}>
      {({ tables }) => {
        const shown = tables.find(({ key }) => key === chosen) ?? tables[0];
        if (!shown) return null;
        return (
          <Section
            title="In the paper's tables"
            note={`${shown.definition} Categories, flags and languages are those of today.`}
            actions={
              <CsvButton title={shown.title} definition={definitionOf(shown)} figures={figuresOf(shown)} />
            }
          >
            <Toolbar label="Choose a table">
              <FilterSelect
                label="Table"
                all={tables[0]?.title ?? ""}
                choices={tables.slice(1).map(({ key, title }) => ({ value: key, label: title }))}
                value={shown === tables[0] ? "" : shown.key}
                onChange={(value) => setFilter("table", value)}
                isWide
              />
            </Toolbar>
            <OneTable snapshotId={snapshotId} table={shown} />
          </Section>
        );
      }}
    </Loaded>
  );
}
