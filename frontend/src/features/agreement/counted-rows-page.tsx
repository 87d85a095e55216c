import { useInfiniteQuery } from "@tanstack/react-query";

import type { CountedRanking } from "@/api/research-types";
import { POOL_WORDS } from "@/api/words";
import type { Column } from "@/components/data-table";
import { ExcerptLink } from "@/components/excerpt-link";
import { formatCount, formatMeasure } from "@/components/formats";
import { withinProject } from "@/components/known-columns";
import { Moment } from "@/components/moment";
import { RowsPage } from "@/components/rows-page";
import { useAddressFilters } from "@/components/use-address-filters";

import { AgreementFilters } from "./agreement-filters";
import { countedQuery, FILTERS } from "./agreement-query";
import { COUNTED, wordsOf } from "./counted";
import type { CountedWords } from "./counted";

function columnsOf({ part, whole }: CountedWords): Column<CountedRanking>[] {
  return [
    {
      key: "prompt",
      header: "Prompt",
      isRowHeader: true,
      cell: ({ id, excerpt }) => <ExcerptLink to={`/rankings/${id}`}>{excerpt}</ExcerptLink>,
    },
    { key: "part", header: part, align: "end", cell: (row) => formatMeasure(row.part) },
    { key: "whole", header: whole, align: "end", cell: (row) => formatCount(row.whole) },
    { key: "labeler", header: "Labeler", cell: ({ labeler }) => labeler.display_name },
    { key: "pool", header: "Pool", isOneLine: true, cell: ({ labeler }) => POOL_WORDS[labeler.pool] },
    { key: "project", header: "Project", cell: ({ project }) => project.name },
    { key: "at", header: "Submitted", isOneLine: true, cell: ({ submitted_at: at }) => <Moment at={at} /> },
  ];
}

/** The rows behind a figure that adds up over rankings: each ranking with its part in it. */
export function CountedRowsPage() {
  const [filters, setFilter] = useAddressFilters([...FILTERS, ...COUNTED]);
  const rankings = useInfiniteQuery(countedQuery(filters));
  const words = wordsOf(filters.figure);
  const { week } = filters;
  return (
    <RowsPage
      title={week === "" ? words.title : `${words.title}, week of ${week}`}
      lead={words.lead}
      back={words.back}
      filters={<AgreementFilters filters={filters} versions={[]} hasPairs={false} onFilter={setFilter} />}
      query={rankings}
      caption="Rankings"
      columns={withinProject(columnsOf(words), filters.project)}
      rowKey={({ id }) => id}
      empty={{ title: "No sealed ranking is behind this figure", remedy: "Choose other filters." }}
    />
  );
}
