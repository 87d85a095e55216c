import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { LeakReport, ToldCompletion } from "@/api/research-types";
import { SCOPE, useScopeFields } from "@/api/scope";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { FilterBar } from "@/components/filter-bar";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { MoreButton } from "@/components/more-button";
import { PageHeader } from "@/components/page-header";
import { TableSkeleton } from "@/components/table-skeleton";
import { useAddressFilters } from "@/components/use-address-filters";

import { leakQuery, toldQuery } from "./bias-queries";
import classes from "./bias.module.css";

const COLUMNS: Column<ToldCompletion>[] = [
  {
    key: "completion",
    header: "Completion",
    isRowHeader: true,
    cell: ({ prompt_id: prompt, excerpt }) => (
      <Link className={classes.excerpt} to={`/prompts/${prompt}`} dir="auto">
        {excerpt}
      </Link>
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
  return report?.sights.find(({ key }) => key === sight)?.label ?? "Completions looked at";
}

/** The rows behind one figure about what shows: each completion and the source it was given to. */
export function ToldCompletionsPage() {
  const [filters, setFilter] = useAddressFilters([...SCOPE, "sight", "source"]);
  const fields = useScopeFields();
  const completions = useInfiniteQuery(toldQuery(filters));
  const leak = useQuery(leakQuery(filters));
  return (
    <>
      <PageHeader
        title={titleOf(filters.sight, filters.source, leak.data)}
        actions={
          <LinkButton to="/bias" isQuiet>
            Bias
          </LinkButton>
        }
      >
        The completions that the classifier looked at, those of the newest prompts first, and the source that
        it gave each to without having seen the prompt.
      </PageHeader>
      <FilterBar
        label="Filter the rankings"
        fields={[fields.project, fields.pool, fields.simulated]}
        values={filters}
        onChange={setFilter}
      />
      <Loaded query={completions} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title="No completion was looked at">
              There are too few of two sources, or none fits the filters.
            </EmptyNote>
          ) : (
            <>
              <DataTable caption="Completions" columns={COLUMNS} rows={rows} rowKey={({ id }) => id} />
              <MoreButton list={completions} />
            </>
          )
        }
      </Loaded>
    </>
  );
}
