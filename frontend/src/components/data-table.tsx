import type { ReactNode } from "react";

import classes from "./data-table.module.css";

export interface Column<Row> {
  key: string;
  /** Also stands before the value on a narrow screen; empty where the value needs no name. */
  header: string;
  cell: (row: Row) => ReactNode;
  align?: "end";
  /** The column that names the row. */
  isRowHeader?: boolean;
  isOneLine?: boolean;
  /** A share of the table's width, so that tables above each other line up. */
  width?: string;
}

function classOf<Row>(column: Column<Row>): string | undefined {
  const names = [
    column.align === "end" ? classes.end : null,
    column.isOneLine ? classes.nowrap : null,
    column.isRowHeader ? classes.names : null,
  ].filter((name) => name != null);
  return names.length > 0 ? names.join(" ") : undefined;
}

// Longer names would push the figures of other columns together.
const MAX_ONE_LINE = 24;
// With more, names of one line would push the last columns out of sight at a desk.
const MAX_WIDE_COLUMNS = 8;

function Cell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const content = column.cell(row);
  if (column.isRowHeader) {
    return (
      <th scope="row" className={classOf(column)}>
        {content}
      </th>
    );
  }
  return (
    <td
      data-label={column.header}
      data-empty={content === null || content === "" || undefined}
      className={classOf(column)}
    >
      <div>{content}</div>
    </td>
  );
}

/** A table at a desk, a list of small sheets on a phone. */
export function DataTable<Row>({
  caption,
  columns,
  rows,
  rowKey,
}: {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string | number;
}) {
  return (
    <div className={classes.frame}>
      <table className={classes.table} data-many={columns.length > MAX_WIDE_COLUMNS || undefined}>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                className={classOf(column)}
                data-long={column.header.length > MAX_ONE_LINE || undefined}
                style={{ width: column.width }}
              >
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) => (
                <Cell key={column.key} column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
