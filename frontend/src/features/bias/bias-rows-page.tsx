import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { BiasReport, RankingBehindBias } from "@/api/research-types";
import { SCOPE, useScopeFields } from "@/api/scope";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { FilterBar } from "@/components/filter-bar";
import { formatCount, formatMeasure } from "@/components/formats";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { PageHeader } from "@/components/page-header";
import { TableSkeleton } from "@/components/table-skeleton";
import { useAddressFilters } from "@/components/use-address-filters";

import { behindQuery, biasQuery } from "./bias-queries";
import classes from "./bias.module.css";
import { placeIn, placeName } from "./shares";

const COLUMNS: Column<RankingBehindBias>[] = [
  {
    key: "prompt",
    header: "Prompt",
    isRowHeader: true,
    cell: ({ id, excerpt }) => (
      <Link className={classes.excerpt} to={`/rankings/${id}`} dir="auto">
        {excerpt}
      </Link>
    ),
  },
  { key: "favour", header: "In favour", align: "end", cell: ({ num_favour: favour }) => formatMeasure(favour) },
  { key: "pairs", header: "Pairs counted", align: "end", cell: ({ num_pairs: pairs }) => formatCount(pairs) },
  { key: "labeler", header: "Labeler", cell: ({ labeler }) => labeler.display_name },
  { key: "project", header: "Project", cell: ({ project }) => project.name },
  { key: "at", header: "Submitted", isOneLine: true, cell: ({ submitted_at: at }) => <Moment at={at} /> },
];

function titleOf(figure: string, report: BiasReport | undefined): string {
  const place = placeIn(figure);
  if (place !== null) return placeName(place);
  return report?.preferences.find(({ key }) => key === figure)?.label ?? "Rankings behind a figure";
}

/** The rows behind one figure about bias: each ranking with the pairs that it adds. */
export function BiasRowsPage() {
  const [filters, setFilter] = useAddressFilters([...SCOPE, "figure"]);
  const fields = useScopeFields();
  const rankings = useInfiniteQuery(behindQuery(filters, filters.figure));
  const report = useQuery(biasQuery(filters));
  return (
    <>
      <PageHeader
        title={titleOf(filters.figure, report.data)}
        actions={
          <LinkButton to="/bias" isQuiet>
            Bias
          </LinkButton>
        }
      >
        The rankings that the figure counts pairs of, newest first. All pairs in favour together, over all
        pairs counted, are the figure.
      </PageHeader>
      <FilterBar
        label="Filter the rankings"
        fields={[fields.project, fields.pool, fields.simulated]}
        values={filters}
        onChange={setFilter}
      />
      <Loaded query={rankings} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title="No ranking has such a pair">Choose other filters.</EmptyNote>
          ) : (
            <>
              <DataTable caption="Rankings" columns={COLUMNS} rows={rows} rowKey={({ id }) => id} />
              <MoreButton list={rankings} />
            </>
          )
        }
      </Loaded>
    </>
  );
}
