import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import type { RankingBehind } from "@/api/research-types";
import { labelOf } from "@/api/words";
import type { Column } from "@/components/data-table";
import { ExcerptLink } from "@/components/excerpt-link";
import { Moment } from "@/components/moment";
import { RowsPage } from "@/components/rows-page";
import { useAddressFilters } from "@/components/use-address-filters";

import { WinRateFilters } from "./win-rate-filters";
import { behindQuery, leaderboardQuery, SCOPE_FILTERS } from "./win-rate-queries";

function outcome({ model_rank: mine, other_rank: theirs }: RankingBehind): string {
  if (theirs === null) return "";
  if (mine === theirs) return "tie";
  return mine < theirs ? "won" : "lost";
}

function columnsOf(model: string, other: string | null): Column<RankingBehind>[] {
  const against: Column<RankingBehind>[] = [
    { key: "theirs", header: `Best rank of ${other ?? ""}`, align: "end", cell: ({ other_rank: rank }) => rank },
    { key: "outcome", header: `${model} over ${other ?? ""}`, cell: outcome },
  ];
  return [
    {
      key: "prompt",
      header: "Prompt",
      isRowHeader: true,
      cell: ({ id, prompt }) => <ExcerptLink to={`/rankings/${id}`}>{prompt}</ExcerptLink>,
    },
    { key: "mine", header: `Best rank of ${model}`, align: "end", cell: ({ model_rank: rank }) => rank },
    ...(other === null ? [] : against),
    { key: "labeler", header: "Labeler", cell: ({ labeler }) => labeler.display_name },
    { key: "at", header: "Submitted", isOneLine: true, cell: ({ submitted_at: at }) => <Moment at={at} /> },
  ];
}

/** What the rankings have in common, and what they say of it. */
function wordsOf(model: string, other: string | null, said: string, rating: string): { title: string; lead: string } {
  if (other !== null) {
    return {
      title: `${model} over ${other}`,
      lead: "The sealed rankings that rank both, newest first. Where a ranking has several completions of a model, the best one stands here; the win rate averages all pairs.",
    };
  }
  if (said !== "") {
    return {
      title: `${model}: ${labelOf(said).toLowerCase()}`,
      lead: "The sealed rankings that said yes to it of a completion of the model, newest first.",
    };
  }
  if (rating !== "") {
    return {
      title: `${model}: rated ${rating}`,
      lead: "The sealed rankings that gave this rating to a completion of the model, newest first.",
    };
  }
  return { title: `Rankings of ${model}`, lead: "The sealed rankings that rank the model, newest first." };
}

/** The rows behind one figure: every sealed ranking that ranks the model, or both of two. */
export function RankingsBehindPage() {
  const [filters, setFilter] = useAddressFilters([...SCOPE_FILTERS, "model", "other", "said", "rating"]);
  const rankings = useInfiniteQuery(behindQuery(filters));
  const leaderboard = useQuery(leaderboardQuery(filters, ""));
  const nameOf = (id: string) =>
    leaderboard.data?.models.find(({ source }) => String(source.id) === id)?.source.name ?? `model ${id}`;
  const model = nameOf(filters.model);
  const other = filters.other === "" ? null : nameOf(filters.other);
  const { title, lead } = wordsOf(model, other, filters.said, filters.rating);
  return (
    <RowsPage
      title={title}
      lead={lead}
      back={{ to: "/win-rates", label: "All win rates" }}
      filters={<WinRateFilters filters={filters} onFilter={setFilter} />}
      query={rankings}
      caption={title}
      columns={columnsOf(model, other)}
      rowKey={({ id }) => id}
      empty={{ title: "No sealed ranking fits", remedy: "Choose other filters." }}
    />
  );
}
