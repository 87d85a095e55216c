import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { isAtLeast, useSignedInUser } from "@/api/session";
import { sweepsQuery } from "@/api/sweeps";
import type { Sweep } from "@/api/training-types";
import { STAGE_WORDS } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { PageHeader } from "@/components/page-header";
import { TableSkeleton } from "@/components/table-skeleton";

const COLUMNS: Column<Sweep>[] = [
  {
    key: "name",
    header: "Sweep",
    isRowHeader: true,
    cell: ({ id, name }) => <Link to={`/sweeps/${id}`}>{name}</Link>,
  },
  { key: "stage", header: "Stage", cell: ({ stage }) => STAGE_WORDS[stage] },
  { key: "parameter", header: "Varies", cell: ({ parameter }) => parameter },
  { key: "runs", header: "Runs", align: "end", cell: ({ num_runs: count }) => count },
  { key: "at", header: "Requested", cell: ({ created_at: at }) => <Moment at={at} /> },
];

/** Every sweep, newest first. */
export function SweepsPage() {
  const sweeps = useInfiniteQuery(sweepsQuery);
  const canLaunch = isAtLeast(useSignedInUser().role, "admin");
  const begin = canLaunch && <LinkButton to="/runs/new?stage=reward_model">New run</LinkButton>;
  return (
    <>
      <PageHeader title="Sweeps" actions={begin}>
        Runs that differ in one hyperparameter. A new one begins on the page of a new run, under Sweep.
      </PageHeader>
      <Loaded query={sweeps} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title="No sweep yet" actions={begin}>
              Choose something to vary when you request a run, and its runs appear here.
            </EmptyNote>
          ) : (
            <>
              <DataTable
                caption="Sweeps"
                columns={COLUMNS}
                rows={rows}
                rowKey={({ id }) => id}
              />
              <MoreButton list={sweeps} />
            </>
          )
        }
      </Loaded>
    </>
  );
}
