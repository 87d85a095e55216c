import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { DataTable } from "./data-table";
import type { Column } from "./data-table";
import { EmptyNote } from "./empty-note";
import { LinkButton } from "./link-button";
import { Loaded } from "./loaded";
import { MoreButton } from "./more-button";
import { PageHeader } from "./page-header";
import { TableSkeleton } from "./table-skeleton";

/** The rows behind a figure, as a page that leads back to the figure. */
export function RowsPage<Row>({
  title,
  lead,
  back,
  filters,
  query,
  caption,
  columns,
  rowKey,
  empty,
}: {
  title: string;
  lead: string;
  back: { to: string; label: string };
  filters?: ReactNode;
  query: UseInfiniteQueryResult<Row[]>;
  caption: string;
  columns: Column<Row>[];
  rowKey: (row: Row) => string | number;
  /** Said where there is no row, with what to do then. */
  empty: { title: string; remedy?: string };
}) {
  return (
    <>
      <PageHeader
        title={title}
        actions={
          <LinkButton to={back.to} isQuiet>
            {back.label}
          </LinkButton>
        }
      >
        {lead}
      </PageHeader>
      {filters}
      <Loaded query={query} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title={empty.title}>{empty.remedy}</EmptyNote>
          ) : (
            <>
              <DataTable caption={caption} columns={columns} rows={rows} rowKey={rowKey} />
              <MoreButton list={query} />
            </>
          )
        }
      </Loaded>
    </>
  );
}
