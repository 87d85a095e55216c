import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { isLive, runsQuery } from "@/api/runs";
import type { RunRow } from "@/api/training-types";
import { RUN_STATE_WORDS, stageInWords } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { formatCount, formatShare } from "@/components/formats";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { ProgressLine } from "@/components/progress-line";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";
import { ToneBadge } from "@/components/tone-badge";

function Progress({ run }: { run: RunRow }) {
  if (run.progress === null || run.total_steps === null) return <>not started</>;
  return (
    <ProgressLine
      share={run.progress}
      label={`Progress of ${run.name}`}
      words={`Step ${formatCount(run.step)} of ${formatCount(run.total_steps)}`}
      more={formatShare(run.progress, 0)}
    />
  );
}

const COLUMNS: Column<RunRow>[] = [
  {
    key: "name",
    header: "Run",
    isRowHeader: true,
    cell: ({ id, name }) => <Link to={`/runs/${id}`}>{name}</Link>,
  },
  { key: "stage", header: "Stage", cell: stageInWords },
  {
    key: "state",
    header: "State",
    isOneLine: true,
    cell: ({ state }) => <ToneBadge {...RUN_STATE_WORDS[state]} />,
  },
  { key: "progress", header: "Progress", cell: (run) => <Progress run={run} /> },
];

/** The runs that are on their way, straight from the newest ones. */
export function LiveRuns() {
  const runs = useInfiniteQuery(runsQuery());
  return (
    <Section title="Runs on their way" actions={<LinkButton to="/runs" isQuiet>All runs</LinkButton>}>
      <Loaded query={runs} skeleton={<TableSkeleton numRows={2} />}>
        {(rows) => {
          const live = rows.filter(({ state }) => isLive(state));
          return live.length === 0 ? (
            <EmptyNote title="Nothing is running or waiting" />
          ) : (
            <DataTable caption="Runs on their way" columns={COLUMNS} rows={live} rowKey={({ id }) => id} />
          );
        }}
      </Loaded>
    </Section>
  );
}
