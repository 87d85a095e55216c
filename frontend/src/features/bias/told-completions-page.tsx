import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import type { LeakReport, ToldCompletion } from "@/api/research-types";
import { SCOPE } from "@/api/scope";
import type { Column } from "@/components/data-table";
import { ExcerptLink } from "@/components/excerpt-link";
import { RowsPage } from "@/components/rows-page";
import { useAddressFilters } from "@/components/use-address-filters";

import { BiasFilters } from "./bias-filters";
import { leakQuery, toldQuery } from "./bias-queries";

const COLUMNS: Column<ToldCompletion>[] = [
  {
    key: "completion",
    header: "Completion",
    isRowHeader: true,
    cell: ({ prompt_id: prompt, excerpt }) => (
      <ExcerptLink to={`/prompts/${prompt}`}>{excerpt}</ExcerptLink>
    ),
  },
  { key: "source", header: "Written by", cell: ({ source }) => source.name },
  { key: "told", header: "Given to", cell: ({ told }) => told?.name ?? "nobody" },
  {
    key: "right",
    header: "Told right",
    isOneLine: true,
    cell: ({ source, told }) => (source.id === told?.id ? "yes" : "no"),
  },
];

function titleOf(sight: string, source: string, report: LeakReport | undefined): string {
  if (source !== "") {
    const name = report?.sources.find(({ id }) => String(id) === source)?.name;
    return `Completions of ${name ?? `source ${source}`}`;
  }
  const label = report?.sights.find(({ key }) => key === sight)?.label;
  return label === undefined ? "Completions looked at" : `Completions told by: ${label}`;
}

/** The rows behind one figure about what shows: each completion and the source it was given to. */
export function ToldCompletionsPage() {
  const [filters, setFilter] = useAddressFilters([...SCOPE, "sight", "source"]);
  const completions = useInfiniteQuery(toldQuery(filters));
  const leak = useQuery(leakQuery(filters));
  return (
    <RowsPage
      title={titleOf(filters.sight, filters.source, leak.data)}
      lead="The completions that the classifier looked at, those of the newest prompts first, and the source that it gave each to without having seen the prompt."
      back={{ to: "/bias", label: "Bias" }}
      filters={<BiasFilters filters={filters} onFilter={setFilter} />}
      query={completions}
      caption="Completions"
      columns={COLUMNS}
      rowKey={({ id }) => id}
      empty={{ title: "No completion was looked at", remedy: "There are too few of two sources, or none fits the filters." }}
    />
  );
}
