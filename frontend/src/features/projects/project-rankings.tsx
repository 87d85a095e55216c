import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { Project, RankingRecord } from "@/api/research-types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { formatDuration } from "@/components/formats";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";

import { projectRankingsQuery } from "./project-queries";
import { RankingState } from "./ranking-state";

const COLUMNS: Column<RankingRecord>[] = [
  {
    key: "ranking",
    header: "Ranking",
    isRowHeader: true,
    cell: ({ id }) => <Link to={`/rankings/${id}`}>{id.slice(0, 8)}</Link>,
  },
  { key: "labeler", header: "Labeler", cell: ({ labeler }) => labeler.display_name },
  {
    key: "prompt",
    header: "Prompt",
    cell: ({ prompt_id: id }) => <Link to={`/prompts/${id}`}>{`Prompt ${id}`}</Link>,
  },
  { key: "k", header: "Completions", align: "end", cell: ({ k }) => k },
  { key: "state", header: "State", isOneLine: true, cell: (ranking) => <RankingState ranking={ranking} /> },
  {
    key: "time",
    header: "Time taken",
    align: "end",
    isOneLine: true,
    cell: ({ seconds_active: seconds }) => (seconds === null ? "unknown" : formatDuration(seconds)),
  },
  { key: "at", header: "Submitted", cell: ({ submitted_at: at }) => <Moment at={at} /> },
];

/** The rankings made in a project, newest first. */
export function ProjectRankings({ project }: { project: Project }) {
  const rankings = useInfiniteQuery(projectRankingsQuery(project.id));
  return (
    <Section
      title="Rankings"
      actions={<LinkButton to={`/agreement?project=${project.id}`} isQuiet>How far labelers agree</LinkButton>}
    >
      <Loaded query={rankings} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title="Nobody has ranked here yet" />
          ) : (
            <>
              <DataTable caption="Rankings" columns={COLUMNS} rows={rows} rowKey={({ id }) => id} />
              <MoreButton list={rankings} />
            </>
          )
        }
      </Loaded>
    </Section>
  );
}
