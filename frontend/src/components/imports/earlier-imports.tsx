import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { Link } from "react-router";

import { IMPORT_STATE_WORDS } from "@/api/words";

import { DataTable } from "../data-table";
import type { Column } from "../data-table";
import { EmptyNote } from "../empty-note";
import { Loaded } from "../loaded";
import { Moment } from "../moment";
import { MoreButton } from "../more-button";
import { Section } from "../section";
import { TableSkeleton } from "../table-skeleton";
import { ToneBadge } from "../tone-badge";

interface AnyImport {
  id: string;
  file_name: string;
  state: keyof typeof IMPORT_STATE_WORDS;
  is_dry_run: boolean;
  created_at: string;
}

/** The columns that every list of imports has; `under` is the address that the pages of single ones lie below. */
export function importColumns<Row extends AnyImport>(
  under: string,
): Record<"file" | "state" | "begun", Column<Row>> {
  return {
    file: {
      key: "file",
      header: "File",
      isRowHeader: true,
      cell: ({ id, file_name: name }) => (
        <Link to={`${under}/${id}`} dir="auto">
          {name}
        </Link>
      ),
    },
    state: {
      key: "state",
      header: "State",
      isOneLine: true,
      cell: ({ state, is_dry_run: isTrial }) => {
        const { label, ...look } = IMPORT_STATE_WORDS[state];
        return <ToneBadge {...look} label={isTrial ? `${label}, only tried` : label} />;
      },
    },
    begun: { key: "at", header: "Begun", cell: ({ created_at: at }) => <Moment at={at} /> },
  };
}

/** The imports so far, newest first; each keeps its report. */
export function EarlierImports<Row extends AnyImport>({
  imports,
  columns,
}: {
  imports: UseInfiniteQueryResult<Row[]>;
  columns: Column<Row>[];
}) {
  return (
    <Section title="Earlier imports">
      <Loaded query={imports} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title="Nothing was imported yet">Each import keeps its report here.</EmptyNote>
          ) : (
            <>
              <DataTable caption="Imports" columns={columns} rows={rows} rowKey={({ id }) => id} />
              <MoreButton list={imports} />
            </>
          )
        }
      </Loaded>
    </Section>
  );
}
