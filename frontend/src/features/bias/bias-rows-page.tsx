import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import type { BiasReport, RankingBehindBias } from "@/api/research-types";
import { SCOPE } from "@/api/scope";
import type { Column } from "@/components/data-table";
import { ExcerptLink } from "@/components/excerpt-link";
import { formatCount, formatMeasure } from "@/components/formats";
import { projectColumn, withinProject } from "@/components/known-columns";
import { Moment } from "@/components/moment";
import { RowsPage } from "@/components/rows-page";
import { useAddressFilters } from "@/components/use-address-filters";

import { BiasFilters } from "./bias-filters";
import { behindQuery, biasQuery } from "./bias-queries";
import { placeIn, placeName } from "./shares";

const COLUMNS: Column<RankingBehindBias>[] = [
  {
    key: "prompt",
    header: "Prompt",
    isRowHeader: true,
    cell: ({ id, excerpt }) => <ExcerptLink to={`/rankings/${id}`}>{excerpt}</ExcerptLink>,
  },
  { key: "favour", header: "In favour", align: "end", cell: ({ num_favour: favour }) => formatMeasure(favour) },
  { key: "pairs", header: "Pairs counted", align: "end", cell: ({ num_pairs: pairs }) => formatCount(pairs) },
  { key: "labeler", header: "Labeler", cell: ({ labeler }) => labeler.display_name },
  projectColumn(),
  { key: "at", header: "Submitted", isOneLine: true, cell: ({ submitted_at: at }) => <Moment at={at} /> },
];

function titleOf(figure: string, report: BiasReport | undefined): string {
  const place = placeIn(figure);
  const label = report?.preferences.find(({ key }) => key === figure)?.label;
  const name = place === null ? label : placeName(place);
  return name === undefined ? "Rankings behind a figure" : `Rankings behind: ${name}`;
}

/** The rows behind one figure about bias: each ranking with the pairs that it adds. */
export function BiasRowsPage() {
  const [filters, setFilter] = useAddressFilters([...SCOPE, "figure"]);
  const rankings = useInfiniteQuery(behindQuery(filters, filters.figure));
  const report = useQuery(biasQuery(filters));
  return (
    <RowsPage
      title={titleOf(filters.figure, report.data)}
      lead="The rankings that the figure counts pairs of, newest first. All pairs in favour together, over all pairs counted, are the figure."
      back={{ to: "/bias", label: "Bias" }}
      filters={<BiasFilters filters={filters} onFilter={setFilter} />}
      query={rankings}
      caption="Rankings"
      columns={withinProject(COLUMNS, filters.project)}
      rowKey={({ id }) => id}
      empty={{ title: "No ranking has such a pair", remedy: "Choose other filters." }}
    />
  );
}
