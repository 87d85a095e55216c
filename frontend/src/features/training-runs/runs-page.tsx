import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { runsQuery } from "@/api/runs";
import { isAtLeast, useSignedInUser } from "@/api/session";
import type { Run } from "@/api/training-types";
import { RUN_STATE_WORDS, STAGE_WORDS } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { FilterSelect } from "@/components/filter-select";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { PageHeader } from "@/components/page-header";
import { TableSkeleton } from "@/components/table-skeleton";
import { ToneBadge } from "@/components/tone-badge";
import { Toolbar } from "@/components/toolbar";
import { useAddressFilters } from "@/components/use-address-filters";

import { GpuWorkersNote } from "./gpu-workers-note";
import { RunCurveCell } from "./run-curve-cell";
import { RunProgress } from "./run-progress";
import classes from "./runs-page.module.css";

// Curves cost a request each: only the newest runs of a list draw one.
const NUM_CURVES = 12;

const STAGES = Object.entries(STAGE_WORDS).map(([value, label]) => ({ value, label }));
const STATES = Object.entries(RUN_STATE_WORDS)
  .filter(([value]) => value !== "draft")
  .map(([value, { label }]) => ({ value, label }));

function columnsFor(drawn: ReadonlySet<string>): Column<Run>[] {
  return [
    {
      key: "name",
      header: "Run",
      isRowHeader: true,
      cell: (run) => (
        <>
          <Link to={`/runs/${run.id}`}>{run.name}</Link>
          <div className={classes.stage}>{STAGE_WORDS[run.stage]}</div>
        </>
      ),
    },
    {
      key: "state",
      header: "State",
      isOneLine: true,
      cell: (run) => <ToneBadge {...RUN_STATE_WORDS[run.state]} />,
    },
    { key: "progress", header: "Progress", cell: (run) => <RunProgress run={run} /> },
    {
      key: "curve",
      header: "Curve",
      cell: (run) => (drawn.has(run.id) && run.step > 1 ? <RunCurveCell run={run} /> : null),
    },
    { key: "worker", header: "Worker", cell: (run) => run.worker },
    {
      key: "requested",
      header: "Requested",
      cell: (run) => (
        <>
          <Moment at={run.created_at} />
          <div className={classes.stage}>by {run.created_by.display_name}</div>
        </>
      ),
    },
  ];
}

/** Every training and sampling job, newest first. */
export function RunsPage() {
  const [filters, setFilter] = useAddressFilters(["stage", "state"]);
  const { stage, state } = filters;
  const runs = useInfiniteQuery(
    runsQuery({ stage, state }),
  );
  const canLaunch = isAtLeast(useSignedInUser().role, "admin");
  const isFiltered = stage !== "" || state !== "";

  return (
    <>
      <PageHeader
        title="Runs"
        actions={
          <>
            <Link to="/sweeps">Sweeps</Link>
            {canLaunch && <LinkButton to="/runs/new">New run</LinkButton>}
          </>
        }
      >
        Training and sampling jobs. A queued run starts as soon as a GPU worker is free.
      </PageHeader>
      <GpuWorkersNote />
      <Toolbar label="Filter the runs">
        <FilterSelect
          label="Stage"
          all="All stages"
          choices={STAGES}
          value={stage}
          onChange={(value) => setFilter("stage", value)}
        />
        <FilterSelect
          label="State"
          all="All states"
          choices={STATES}
          value={state}
          onChange={(value) => setFilter("state", value)}
        />
      </Toolbar>
      <Loaded query={runs} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <NoRuns isFiltered={isFiltered} canLaunch={canLaunch} />
          ) : (
            <>
              <DataTable
                caption="Runs"
                columns={columnsFor(new Set(rows.slice(0, NUM_CURVES).map(({ id }) => id)))}
                rows={rows}
                rowKey={({ id }) => id}
              />
              <MoreButton list={runs} />
            </>
          )
        }
      </Loaded>
    </>
  );
}

function NoRuns({ isFiltered, canLaunch }: { isFiltered: boolean; canLaunch: boolean }) {
  if (isFiltered) {
    return <EmptyNote title="No run fits these filters">Choose another stage or state.</EmptyNote>;
  }
  return (
    <EmptyNote
      title="Nothing has been trained here yet"
      actions={canLaunch && <LinkButton to="/runs/new">Request the first run</LinkButton>}
    >
      A run reads a frozen snapshot and a model, and leaves a new model version or new completions.
    </EmptyNote>
  );
}
