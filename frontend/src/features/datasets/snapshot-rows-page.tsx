import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { Link, useParams } from "react-router";

import { catalogueQuery } from "@/api/labeling";
import { languageName, SOURCE_KIND_WORDS } from "@/api/prompt-words";
import type {
  SnapshotCustomer,
  SnapshotDemonstration,
  SnapshotPrompt,
  SnapshotRanking,
} from "@/api/training-types";
import { labelOf, SPLIT_WORDS } from "@/api/words";
import type { Column } from "@/components/data-table";
import { ExcerptLink } from "@/components/excerpt-link";
import { countOf, formatCount } from "@/components/formats";
import { Moment } from "@/components/moment";
import { RowsPage } from "@/components/rows-page";
import { useAddressFilters } from "@/components/use-address-filters";

import { snapshotQuery } from "./snapshot-queries";
import { SnapshotRowFilters } from "./snapshot-row-filters";
import {
  customerRowsQuery,
  demonstrationRowsQuery,
  numRowsIn,
  promptRowsQuery,
  rankingRowsQuery,
  ROW_FILTERS,
  rowsAddress,
  rowsIn,
  SHOWN,
  snapshotAddress,
} from "./snapshot-rows";
import type { RowFilter, RowFilters, Shown } from "./snapshot-rows";

const OF_SPLIT: readonly RowFilter[] = ["split", "also_in", "not_in"];
const OF_WRITTEN: readonly RowFilter[] = ["split", "written_by", "order", "source", "also_in", "not_in"];
const OF_PROMPTS: readonly RowFilter[] = ROW_FILTERS.filter((name) => name !== "flagged");

function tokensColumn<Row extends { token_count: number | null }>(): Column<Row> {
  return {
    key: "tokens",
    header: "Tokens",
    align: "end",
    cell: ({ token_count: tokens }) => (tokens === null ? "not known" : formatCount(tokens)),
  };
}

function splitColumn<Row extends { split: keyof typeof SPLIT_WORDS }>(): Column<Row> {
  return { key: "split", header: "Split", cell: ({ split }) => SPLIT_WORDS[split] };
}

function promptColumns(labels: ReadonlyMap<string, string>, flag: string): Column<SnapshotPrompt>[] {
  const flagged: Column<SnapshotPrompt> = {
    key: "flagged",
    header: labels.get(flag) ?? labelOf(flag),
    cell: ({ flags }) => (flags[flag] ? "yes" : "no"),
  };
  return [
    {
      key: "prompt",
      header: "Prompt",
      isRowHeader: true,
      cell: ({ id, excerpt }) => <ExcerptLink to={`/prompts/${id}`}>{excerpt}</ExcerptLink>,
    },
    tokensColumn(),
    ...(flag === "" ? [] : [flagged]),
    {
      key: "category",
      header: "Use case",
      isOneLine: true,
      cell: ({ category }) => (category === null ? "nobody said" : (labels.get(category) ?? labelOf(category))),
    },
    {
      key: "language",
      header: "Language",
      cell: ({ language }) => (language ? languageName(language) : "unknown"),
    },
    { key: "writer", header: "Written by", cell: ({ source_kind: source }) => SOURCE_KIND_WORDS[source] },
    splitColumn(),
  ];
}

function customerColumns(snapshotId: string, { split }: RowFilters, shown: Shown): Column<SnapshotCustomer>[] {
  const addressOf = (prompt: number) =>
    rowsAddress(snapshotId, { of: "prompts", where: { split, customer_of: String(prompt) } }, shown);
  return [
    { key: "key", header: "Customer", isRowHeader: true, cell: ({ key }) => key },
    {
      key: "prompts",
      header: "Prompts",
      align: "end",
      cell: ({ key, first_prompt: prompt, num_prompts: count }) => (
        <Link to={addressOf(prompt)} aria-label={`${countOf(count, "prompt")} of ${key}`}>
          {formatCount(count)}
        </Link>
      ),
    },
  ];
}

const DEMONSTRATIONS: Column<SnapshotDemonstration>[] = [
  {
    key: "demonstration",
    header: "Demonstration",
    isRowHeader: true,
    cell: ({ prompt_id: prompt, excerpt }) => <ExcerptLink to={`/prompts/${prompt}`}>{excerpt}</ExcerptLink>,
  },
  tokensColumn(),
  {
    key: "prompt",
    header: "Prompt",
    cell: ({ prompt_id: prompt, prompt_excerpt: excerpt }) => (
      <ExcerptLink to={`/prompts/${prompt}`}>{excerpt}</ExcerptLink>
    ),
  },
  { key: "labeler", header: "Labeler", cell: ({ labeler }) => labeler.display_name },
  splitColumn(),
  { key: "at", header: "Submitted", isOneLine: true, cell: ({ submitted_at: at }) => <Moment at={at} /> },
];

const RANKINGS: Column<SnapshotRanking>[] = [
  {
    key: "prompt",
    header: "Prompt",
    isRowHeader: true,
    cell: ({ id, excerpt }) => <ExcerptLink to={`/rankings/${id}`}>{excerpt}</ExcerptLink>,
  },
  { key: "k", header: "K", align: "end", cell: ({ k }) => k },
  { key: "pairs", header: "Pairs", align: "end", cell: ({ num_pairs: pairs }) => formatCount(pairs) },
  { key: "labeler", header: "Labeler", cell: ({ labeler }) => labeler.display_name },
  splitColumn(),
  { key: "at", header: "Submitted", isOneLine: true, cell: ({ submitted_at: at }) => <Moment at={at} /> },
];

function useRowsPage() {
  const { snapshotId = "" } = useParams();
  const [shown] = useAddressFilters(SHOWN);
  const [filters, setFilter] = useAddressFilters(ROW_FILTERS);
  const snapshot = useQuery(snapshotQuery(snapshotId));
  return { snapshotId, shown, filters, setFilter, name: snapshot.data?.name };
}

/** One list of rows of a snapshot, with how many there are: the figure that leads here. */
function Rows<Row>({
  page: { snapshotId, shown, filters, setFilter, name },
  noun,
  lead,
  acting,
  rows,
  numRows,
  columns,
  rowKey,
}: {
  page: ReturnType<typeof useRowsPage>;
  noun: string;
  lead: string;
  acting: readonly RowFilter[];
  rows: UseInfiniteQueryResult<Row[]>;
  numRows: number | null | undefined;
  columns: Column<Row>[];
  rowKey: (row: Row) => string | number;
}) {
  const plural = `${noun.charAt(0).toUpperCase()}${noun.slice(1)}s`;
  return (
    <RowsPage
      title={name === undefined ? `${plural} of a snapshot` : `${plural} of ${name}`}
      lead={typeof numRows === "number" ? `${countOf(numRows, noun)}. ${lead}` : lead}
      back={{ to: snapshotAddress(snapshotId, shown), label: "Snapshot" }}
      filters={<SnapshotRowFilters filters={filters} acting={acting} onFilter={setFilter} />}
      query={rows}
      caption={plural}
      columns={columns}
      rowKey={rowKey}
      empty={{ title: `No ${noun} of this snapshot fits`, remedy: "Take a filter back." }}
    />
  );
}

const OF_TODAY = "Prompts and their split are the snapshot's; use cases, flags and languages are those of today.";

/** What an order leaves out. */
function measuredIn({ order }: RowFilters): string {
  return order === "shortest" || order === "longest" ? " Those whose length is not known are left out." : "";
}

/** The distinct prompts that the records of a snapshot come from (R45). */
export function SnapshotPromptsPage() {
  const page = useRowsPage();
  const query = promptRowsQuery(page.snapshotId, page.filters);
  const rows = useInfiniteQuery({ ...query, select: rowsIn });
  const numRows = useInfiniteQuery({ ...query, select: numRowsIn });
  const catalogue = useQuery(catalogueQuery);
  const { categories = [], prompt_flags: flags = [] } = catalogue.data ?? {};
  const labels = new Map([...categories, ...flags].map(({ key, label }) => [key, label]));
  return (
    <Rows
      page={page}
      noun="prompt"
      lead={`${OF_TODAY}${measuredIn(page.filters)}`}
      acting={OF_PROMPTS}
      rows={rows}
      numRows={numRows.data}
      columns={promptColumns(labels, page.filters.flag)}
      rowKey={({ id }) => id}
    />
  );
}

/** Whose prompts they are, those with most first. */
export function SnapshotCustomersPage() {
  const page = useRowsPage();
  const query = customerRowsQuery(page.snapshotId, page.filters);
  const rows = useInfiniteQuery({ ...query, select: rowsIn });
  const numRows = useInfiniteQuery({ ...query, select: numRowsIn });
  return (
    <Rows
      page={page}
      noun="customer"
      lead="A customer is an organization, or a user where none is named. Those with most prompts come first."
      acting={OF_SPLIT}
      rows={rows}
      numRows={numRows.data}
      columns={customerColumns(page.snapshotId, page.filters, page.shown)}
      rowKey={({ first_prompt: prompt }) => prompt}
    />
  );
}

/** The demonstrations of a snapshot, each with its length. */
export function SnapshotDemonstrationsPage() {
  const page = useRowsPage();
  const query = demonstrationRowsQuery(page.snapshotId, page.filters);
  const rows = useInfiniteQuery({ ...query, select: rowsIn });
  const numRows = useInfiniteQuery({ ...query, select: numRowsIn });
  return (
    <Rows
      page={page}
      noun="demonstration"
      lead={`As the snapshot holds them.${measuredIn(page.filters)}`}
      acting={OF_WRITTEN}
      rows={rows}
      numRows={numRows.data}
      columns={DEMONSTRATIONS}
      rowKey={({ id }) => id}
    />
  );
}

/** The rankings of a snapshot, each with its pairs. */
export function SnapshotRankingsPage() {
  const page = useRowsPage();
  const query = rankingRowsQuery(page.snapshotId, page.filters);
  const rows = useInfiniteQuery({ ...query, select: rowsIn });
  const numRows = useInfiniteQuery({ ...query, select: numRowsIn });
  return (
    <Rows
      page={page}
      noun="ranking"
      lead="As the snapshot holds them, newest first. A tie makes no pair."
      acting={OF_SPLIT}
      rows={rows}
      numRows={numRows.data}
      columns={RANKINGS}
      rowKey={({ id }) => id}
    />
  );
}
