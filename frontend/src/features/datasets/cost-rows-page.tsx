import { useInfiniteQuery } from "@tanstack/react-query";

import type { DemonstrationBehindCost, RankingBehindCost } from "@/api/research-types";
import type { Column } from "@/components/data-table";
import { ExcerptLink } from "@/components/excerpt-link";
import { formatCount } from "@/components/formats";
import { withinProject } from "@/components/known-columns";
import { Moment } from "@/components/moment";
import { RowsPage } from "@/components/rows-page";
import { useAddressFilters } from "@/components/use-address-filters";

import { CostFilterBar } from "./cost-filter-bar";
import { COST_FILTERS, costDemonstrationsQuery, costRankingsQuery } from "./cost-queries";

const FILTERS = [...COST_FILTERS, "timed"] as const;
const BACK = { to: "/data/costs", label: "Cost" };
const EMPTY = { title: "No sealed answer fits", remedy: "Choose other days or another project." };

type Row = Pick<RankingBehindCost, "labeler" | "project" | "seconds_active" | "submitted_at">;

/** What any answer says of its cost, around what is of its own kind. */
function columnsOf<Of extends Row>(first: Column<Of>, own: Column<Of>[]): Column<Of>[] {
  return [
    first,
    {
      key: "minutes",
      header: "Active minutes",
      align: "end",
      cell: ({ seconds_active: seconds }) => (seconds === null ? "not measured" : (seconds / 60).toFixed(2)),
    },
    ...own,
    { key: "labeler", header: "Labeler", cell: ({ labeler }) => labeler.display_name },
    { key: "project", header: "Project", cell: ({ project }) => project.name },
    { key: "at", header: "Submitted", isOneLine: true, cell: ({ submitted_at: at }) => <Moment at={at} /> },
  ];
}

const RANKINGS: Column<RankingBehindCost>[] = columnsOf(
  {
    key: "prompt",
    header: "Prompt",
    isRowHeader: true,
    cell: ({ id, excerpt }) => <ExcerptLink to={`/rankings/${id}`}>{excerpt}</ExcerptLink>,
  },
  [{ key: "pairs", header: "Pairs", align: "end", cell: ({ num_pairs: pairs }) => formatCount(pairs) }],
);

const DEMONSTRATIONS: Column<DemonstrationBehindCost>[] = columnsOf(
  {
    key: "prompt",
    header: "Prompt",
    isRowHeader: true,
    cell: ({ prompt_id: prompt, excerpt }) => <ExcerptLink to={`/prompts/${prompt}`}>{excerpt}</ExcerptLink>,
  },
  [],
);

/** The rankings behind minutes per pair: all their minutes over all their pairs are the figure. */
export function CostRankingsPage() {
  const [filters, setFilter] = useAddressFilters(FILTERS);
  const rankings = useInfiniteQuery(costRankingsQuery(filters));
  const isTimed = filters.timed === "yes";
  return (
    <RowsPage
      title={isTimed ? "Rankings whose time was measured" : "Rankings behind the cost"}
      lead={`Sealed rankings, newest first.${isTimed ? " All their minutes, over all their pairs, are the minutes per pair." : ""}`}
      back={BACK}
      filters={<CostFilterBar filters={filters} onFilter={setFilter} />}
      query={rankings}
      caption="Rankings"
      columns={withinProject(RANKINGS, filters.project)}
      rowKey={({ id }) => id}
      empty={EMPTY}
    />
  );
}

/** The demonstrations behind minutes per demonstration. */
export function CostDemonstrationsPage() {
  const [filters, setFilter] = useAddressFilters(FILTERS);
  const demonstrations = useInfiniteQuery(costDemonstrationsQuery(filters));
  return (
    <RowsPage
      title={filters.timed === "yes" ? "Demonstrations whose time was measured" : "Demonstrations behind the cost"}
      lead="Sealed demonstrations, newest first."
      back={BACK}
      filters={<CostFilterBar filters={filters} onFilter={setFilter} />}
      query={demonstrations}
      caption="Demonstrations"
      columns={withinProject(DEMONSTRATIONS, filters.project)}
      rowKey={({ id }) => id}
      empty={EMPTY}
    />
  );
}
