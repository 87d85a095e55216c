import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { RankingBehind } from "@/api/research-types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { PageHeader } from "@/components/page-header";
import { TableSkeleton } from "@/components/table-skeleton";
import { useAddressFilters } from "@/components/use-address-filters";

import { behindQuery, leaderboardQuery, SCOPE_FILTERS } from "./win-rate-queries";

function outcome({ model_rank: mine, other_rank: theirs }: RankingBehind): string {
  if (mine === theirs) return "tie";
  return mine < theirs ? "won" : "lost";
}

function columnsOf(model: string, other: string): Column<RankingBehind>[] {
  return [
    {
      key: "ranking",
      header: "Ranking",
      isRowHeader: true,
      cell: ({ id }) => <Link to={`/rankings/${id}`}>{id.slice(0, 8)}</Link>,
    },
    {
      key: "prompt",
      header: "Prompt",
      cell: ({ prompt_id: id, prompt }) => <Link to={`/prompts/${id}`}>{prompt}</Link>,
    },
    { key: "labeler", header: "Labeler", cell: ({ labeler }) => labeler.display_name },
    { key: "mine", header: `Best rank of ${model}`, align: "end", cell: ({ model_rank: rank }) => rank },
    { key: "theirs", header: `Best rank of ${other}`, align: "end", cell: ({ other_rank: rank }) => rank },
    { key: "outcome", header: `${model} over ${other}`, cell: outcome },
    { key: "at", header: "Submitted", cell: ({ submitted_at: at }) => <Moment at={at} /> },
  ];
}

/** The rows behind one win rate: every sealed ranking that ranks both models. */
export function RankingsBehindPage() {
  const [filters] = useAddressFilters([...SCOPE_FILTERS, "model", "other"]);
  const rankings = useInfiniteQuery(behindQuery(filters, Number(filters.model), Number(filters.other)));
  const leaderboard = useQuery(leaderboardQuery(filters, ""));
  const nameOf = (id: string) =>
    leaderboard.data?.models.find(({ source }) => String(source.id) === id)?.source.name ?? `model ${id}`;
  const [model, other] = [nameOf(filters.model), nameOf(filters.other)];
  return (
    <>
      <PageHeader
        title={`${model} over ${other}`}
        actions={
          <LinkButton to="/win-rates" isQuiet>
            All win rates
          </LinkButton>
        }
      >
        The sealed rankings that rank both, newest first. Where a ranking has several completions of a model,
        the best one stands here; the win rate averages all pairs.
      </PageHeader>
      <Loaded query={rankings} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title="No sealed ranking ranks both" />
          ) : (
            <>
              <DataTable
                caption="Rankings of both models"
                columns={columnsOf(model, other)}
                rows={rows}
                rowKey={({ id }) => id}
              />
              <MoreButton list={rankings} />
            </>
          )
        }
      </Loaded>
    </>
  );
}
