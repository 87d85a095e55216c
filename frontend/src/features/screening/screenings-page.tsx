import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { Screening } from "@/api/screening-types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { formatCount } from "@/components/formats";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { PageHeader } from "@/components/page-header";
import { TableSkeleton } from "@/components/table-skeleton";
import { ToneBadge } from "@/components/tone-badge";

import { screeningsQuery } from "./screening-queries";
import { SCREENING_STATES } from "./screening-words";

const COLUMNS: Column<Screening>[] = [
  {
    key: "name",
    header: "Screening",
    isRowHeader: true,
    cell: ({ id, name }) => <Link to={`/screenings/${id}`}>{name}</Link>,
  },
  { key: "state", header: "State", cell: ({ state }) => <ToneBadge {...SCREENING_STATES[state]} /> },
  { key: "under-way", header: "Under way", align: "end", cell: (row) => formatCount(row.num_in_progress) },
  { key: "to-decide", header: "To decide", align: "end", cell: (row) => formatCount(row.num_submitted) },
  { key: "accepted", header: "Accepted", align: "end", cell: (row) => formatCount(row.num_accepted) },
  { key: "rejected", header: "Not accepted", align: "end", cell: (row) => formatCount(row.num_rejected) },
  { key: "opened", header: "Opened", cell: ({ created_at: at }) => <Moment at={at} /> },
];

/** The tests that new labelers go through before people decide about them (R11). */
export function ScreeningsPage() {
  const screenings = useInfiniteQuery(screeningsQuery);
  return (
    <>
      <PageHeader
        title="Screenings"
        actions={
          <>
            <LinkButton to="/consent/versions" isQuiet>
              Consent
            </LinkButton>
            <LinkButton to="/screenings/new">New screening</LinkButton>
          </>
        }
      >
        Four parts show how a candidate works. People decide, without seeing a name.
      </PageHeader>
      <Loaded query={screenings} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote
              title="There is no screening yet"
              actions={<LinkButton to="/screenings/new">New screening</LinkButton>}
            >
              Labelers who are invited without one begin to work at once.
            </EmptyNote>
          ) : (
            <>
              <DataTable caption="Screenings" columns={COLUMNS} rows={rows} rowKey={({ id }) => id} />
              <MoreButton list={screenings} />
            </>
          )
        }
      </Loaded>
    </>
  );
}
