import { Checkbox } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { reasonInBrief } from "@/api/run-reasons";
import { requestersQuery, runsQuery } from "@/api/runs";
import { isAtLeast, useSignedInUser } from "@/api/session";
import type { RunCurve, RunRow } from "@/api/training-types";
import { choicesOf, RUN_STATE_WORDS, STAGE_WORDS, stageInWords } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { FilterSelect } from "@/components/filter-select";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { PageHeader } from "@/components/page-header";
import { SearchFilter } from "@/components/search-filter";
import { StaleNote } from "@/components/stale-note";
import { TableSkeleton } from "@/components/table-skeleton";
import { ToneBadge } from "@/components/tone-badge";
import { Toolbar } from "@/components/toolbar";
import { useAddressFilters } from "@/components/use-address-filters";

import { CompareBar } from "./compare-bar";
import { comparedIds, MAX_COMPARED, toggled } from "./compared-runs";
import { GpuWorkersNote } from "./gpu-workers-note";
import { RunCurveCell } from "./run-curve-cell";
import { RunProgress } from "./run-progress";
import { readsOf } from "./run-reads";
import classes from "./runs-page.module.css";
import { useRunCurves } from "./use-run-curves";

const STAGES = choicesOf(STAGE_WORDS);
const STATES = Object.entries(RUN_STATE_WORDS)
  .filter(([value]) => value !== "draft")
  .map(([value, { label }]) => ({ value, label }));

interface Marks {
  ids: string[];
  onToggle: (id: string) => void;
}

function columnsFor(curves: ReadonlyMap<string, RunCurve>, { ids, onToggle }: Marks): Column<RunRow>[] {
  return [
    {
      key: "compare",
      header: "Compare",
      cell: ({ id, name }) => (
        <Checkbox
          aria-label={`Compare ${name}`}
          checked={ids.includes(id)}
          disabled={ids.length >= MAX_COMPARED && !ids.includes(id)}
          onChange={() => onToggle(id)}
        />
      ),
    },
    {
      key: "name",
      header: "Run",
      isRowHeader: true,
      width: "20%",
      cell: (run) => (
        <>
          <Link to={`/runs/${run.id}`}>{run.name}</Link>
          <div className={classes.quiet}>{stageInWords(run)}</div>
        </>
      ),
    },
    {
      key: "state",
      header: "State",
      isOneLine: true,
      cell: (run) => (
        <>
          <ToneBadge {...RUN_STATE_WORDS[run.state]} />
          <div className={classes.quiet}>{reasonInBrief(run)}</div>
          <div className={classes.quiet}>{run.worker !== null && `on ${run.worker}`}</div>
        </>
      ),
    },
    { key: "data", header: "Snapshot", width: "15%", cell: (run) => readsOf(run, "data") },
    { key: "models", header: "Parents", width: "19%", cell: (run) => readsOf(run, "models") },
    { key: "progress", header: "Progress", width: "16%", cell: (run) => <RunProgress run={run} /> },
    {
      key: "curve",
      header: "Curve",
      cell: ({ id }) => (curves.has(id) ? <RunCurveCell curve={curves.get(id)} /> : null),
    },
    {
      key: "requested",
      header: "Requested",
      cell: (run) => (
        <>
          <Moment at={run.created_at} />
          <div className={classes.quiet}>by {run.created_by.display_name}</div>
        </>
      ),
    },
  ];
}

function RunsTable({ runs, marks }: { runs: RunRow[]; marks: Marks }) {
  const curves = useRunCurves(runs);
  return (
    <DataTable caption="Runs" columns={columnsFor(curves, marks)} rows={runs} rowKey={({ id }) => id} />
  );
}

/** Every training and sampling job, newest first. */
export function RunsPage() {
  const [filters, setFilter] = useAddressFilters(["stage", "state", "by", "search", "compare"]);
  const { stage, state, by, search, compare } = filters;
  const runs = useInfiniteQuery(runsQuery({ stage, state, requestedBy: by, search }));
  const requesters = useQuery(requestersQuery);
  const canLaunch = isAtLeast(useSignedInUser().role, "admin");
  const isFiltered = [stage, state, by, search].some((filter) => filter !== "");
  const marked = comparedIds(compare);
  const marks: Marks = {
    ids: marked,
    onToggle: (id) => setFilter("compare", toggled(marked, id).join(",")),
  };

  return (
    <>
      <PageHeader
        title="Runs"
        actions={
          <>
            <LinkButton to="/rounds" isQuiet>
              Rounds
            </LinkButton>
            <LinkButton to="/sweeps" isQuiet>
              Sweeps
            </LinkButton>
            {canLaunch && <LinkButton to="/runs/new">New run</LinkButton>}
          </>
        }
      >
        Training and sampling jobs. A queued run starts as soon as a GPU worker is free.
      </PageHeader>
      <StaleNote query={runs} />
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
        <FilterSelect
          label="Requested by"
          all="Anybody"
          choices={(requesters.data ?? []).map(({ id, display_name: label }) => ({
            value: String(id),
            label,
          }))}
          value={by}
          onChange={(value) => setFilter("by", value)}
        />
        <SearchFilter
          label="Name"
          placeholder="A part of the name"
          value={search}
          onChange={(value) => setFilter("search", value)}
        />
      </Toolbar>
      <Loaded query={runs} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <NoRuns isFiltered={isFiltered} canLaunch={canLaunch} />
          ) : (
            <>
              <RunsTable runs={rows} marks={marks} />
              <MoreButton list={runs} />
            </>
          )
        }
      </Loaded>
      <CompareBar ids={marked} onClear={() => setFilter("compare", "")} />
    </>
  );
}

function NoRuns({ isFiltered, canLaunch }: { isFiltered: boolean; canLaunch: boolean }) {
  if (isFiltered) {
    return <EmptyNote title="No run fits these filters">Choose another stage, state or person, or fewer words.</EmptyNote>;
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
