import { useInfiniteQuery } from "@tanstack/react-query";

import type { CountedRanking } from "@/api/research-types";
import { POOL_WORDS } from "@/api/words";
import type { Column } from "@/components/data-table";
import { ExcerptLink } from "@/components/excerpt-link";
import type { FilterChip } from "@/components/filter-chips";
import { formatMeasure } from "@/components/formats";
import { projectColumn, withinProject } from "@/components/known-columns";
import { Moment } from "@/components/moment";
import { RowsPage } from "@/components/rows-page";
import { useAddressFilters } from "@/components/use-address-filters";

import { AgreementFilters } from "./agreement-filters";
import { countedQuery, FILTERS } from "./agreement-query";
import { COUNTED, wordsOf } from "./counted";
import type { CountedWords } from "./counted-facts";

/** What the ranking adds; where the figure is a median, all that it holds. */
function Part({ row: { part, values } }: { row: CountedRanking }) {
  return values.length === 0 ? formatMeasure(part) : values.map(formatMeasure).join(", ");
}

function columnsOf({ part, whole }: CountedWords): Column<CountedRanking>[] {
  return [
    {
      key: "prompt",
      header: "Prompt",
      isRowHeader: true,
      cell: ({ id, excerpt }) => <ExcerptLink to={`/rankings/${id}`}>{excerpt}</ExcerptLink>,
    },
    { key: "part", header: part, align: "end", cell: (row) => <Part row={row} /> },
    ...(whole === undefined
      ? []
      : [{ key: "whole", header: whole, align: "end" as const, cell: (row: CountedRanking) => formatMeasure(row.whole) }]),
    { key: "labeler", header: "Labeler", cell: ({ labeler }) => labeler.display_name },
    { key: "pool", header: "Pool", isOneLine: true, cell: ({ labeler }) => POOL_WORDS[labeler.pool] },
    projectColumn(),
    { key: "at", header: "Submitted", isOneLine: true, cell: ({ submitted_at: at }) => <Moment at={at} /> },
  ];
}

/** The rows behind a figure that adds up over rankings: each ranking with its part in it. */
export function CountedRowsPage() {
  const [filters, setFilter] = useAddressFilters([...FILTERS, ...COUNTED]);
  const rankings = useInfiniteQuery(countedQuery(filters));
  const words = wordsOf(filters.figure);
  const { week, labeler } = filters;
  const name = rankings.data?.[0]?.labeler.display_name ?? `Labeler ${labeler}`;
  const chips: FilterChip[] = [
    ...(week === "" ? [] : [{ key: "week", words: `Week of ${week}`, onRemove: () => setFilter("week", "") }]),
    ...(labeler === "" || words.isOfOne ? [] : [{ key: "labeler", words: name, onRemove: () => setFilter("labeler", "") }]),
  ];
  return (
    <RowsPage
      title={week === "" ? words.title : `${words.title}, week of ${week}`}
      lead={words.lead}
      back={words.back}
      filters={<AgreementFilters filters={filters} within={[]} choosing="rankings" onFilter={setFilter} chips={chips} />}
      query={rankings}
      caption="Rankings"
      columns={withinProject(columnsOf(words), filters.project)}
      rowKey={({ id }) => id}
      empty={{ title: "No sealed ranking is behind this figure", remedy: "Choose other filters." }}
    />
  );
}
