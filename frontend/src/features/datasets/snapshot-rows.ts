import { infiniteQueryOptions } from "@tanstack/react-query";
import type { InfiniteData } from "@tanstack/react-query";

import { chosen } from "@/api/chosen";
import { api, bodyOf } from "@/api/client";
import type { Page } from "@/api/research-types";
import type { paths } from "@/api/schema";
import { numberIn } from "@/api/scope";
import type {
  RowsBehind,
  SnapshotCustomer,
  SnapshotDemonstration,
  SnapshotPrompt,
  SnapshotRanking,
} from "@/api/training-types";

type QueryOf<Path extends keyof paths> = paths[Path] extends { get: { parameters: { query?: infer Query } } }
  ? NonNullable<Query>
  : never;
type PromptQuery = QueryOf<"/api/snapshots/{snapshot_id}/prompts/">;

/** What the rows of a snapshot are filtered by, in the words of its lists. */
export const ROW_FILTERS = [
  "split",
  "written_by",
  "source",
  "category",
  "language",
  "flag",
  "flagged",
  "of_named_customer",
  "customer_of",
  "order",
  "also_in",
  "not_in",
] as const;
export type RowFilter = (typeof ROW_FILTERS)[number];
export type RowFilters = Record<RowFilter, string>;

/** What the page of the snapshot showed, to lead back to it. */
export const SHOWN = ["table", "beside"] as const;
export type Shown = Partial<Record<(typeof SHOWN)[number], string>>;
type Query = Readonly<Record<string, string | undefined>>;

function withQuery(address: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== "") search.set(name, value);
  return search.size === 0 ? address : `${address}?${search.toString()}`;
}

/** The address of the rows behind a figure of a snapshot. */
export function rowsAddress(snapshotId: string, { of, where }: RowsBehind, shown: Shown = {}): string {
  return withQuery(`/data/${snapshotId}/${of}`, { ...where, ...shown });
}

export function snapshotAddress(snapshotId: string, shown: Shown): string {
  return withQuery(`/data/${snapshotId}`, shown);
}

interface CountedPage<Row> extends Page<Row> {
  num_rows: number | null;
}
type Fetched<Row> = InfiniteData<CountedPage<Row>, string | null>;

function rowsQuery<Row>(
  queryKey: readonly unknown[],
  fetchPage: (cursor: string | undefined, signal: AbortSignal) => Promise<CountedPage<Row>>,
) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) => fetchPage(pageParam ?? undefined, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page: CountedPage<Row>) => page.next,
    // A refused filter says what to change.
    retry: false,
  });
}

export function rowsIn<Row>({ pages }: Fetched<Row>): Row[] {
  return pages.flatMap(({ results }) => results);
}

/** How many there are in all, as the first page says. */
export function numRowsIn<Row>({ pages }: Fetched<Row>): number | null {
  return pages[0]?.num_rows ?? null;
}

function splitQuery(filters: RowFilters) {
  return {
    split: chosen<NonNullable<PromptQuery["split"]>>(filters.split),
    also_in: chosen<string>(filters.also_in),
    not_in: chosen<string>(filters.not_in),
  };
}

function writtenQuery(filters: RowFilters) {
  return {
    ...splitQuery(filters),
    written_by: chosen<NonNullable<PromptQuery["written_by"]>>(filters.written_by),
    source: chosen<NonNullable<PromptQuery["source"]>>(filters.source),
    order: chosen<NonNullable<PromptQuery["order"]>>(filters.order),
  };
}

function yesOrNo(text: string): boolean | undefined {
  return text === "" ? undefined : text === "true";
}

export function promptRowsQuery(snapshotId: string, filters: RowFilters) {
  const query: PromptQuery = {
    ...writtenQuery(filters),
    category: chosen<NonNullable<PromptQuery["category"]>>(filters.category),
    language: chosen<string>(filters.language),
    flag: chosen<NonNullable<PromptQuery["flag"]>>(filters.flag),
    flagged: yesOrNo(filters.flagged),
    of_named_customer: yesOrNo(filters.of_named_customer),
    customer_of: numberIn(filters.customer_of),
  };
  return rowsQuery<SnapshotPrompt>(["snapshots", snapshotId, "prompts", query], (cursor, signal) =>
    bodyOf(
      api.GET("/api/snapshots/{snapshot_id}/prompts/", {
        params: { path: { snapshot_id: snapshotId }, query: { ...query, cursor } },
        signal,
      }),
    ),
  );
}

export function customerRowsQuery(snapshotId: string, filters: RowFilters) {
  const query = splitQuery(filters);
  return rowsQuery<SnapshotCustomer>(["snapshots", snapshotId, "customers", query], (cursor, signal) =>
    bodyOf(
      api.GET("/api/snapshots/{snapshot_id}/customers/", {
        params: { path: { snapshot_id: snapshotId }, query: { ...query, cursor } },
        signal,
      }),
    ),
  );
}

export function demonstrationRowsQuery(snapshotId: string, filters: RowFilters) {
  const query = writtenQuery(filters);
  return rowsQuery<SnapshotDemonstration>(["snapshots", snapshotId, "demonstrations", query], (cursor, signal) =>
    bodyOf(
      api.GET("/api/snapshots/{snapshot_id}/demonstrations/", {
        params: { path: { snapshot_id: snapshotId }, query: { ...query, cursor } },
        signal,
      }),
    ),
  );
}

export function rankingRowsQuery(snapshotId: string, filters: RowFilters) {
  const query = splitQuery(filters);
  return rowsQuery<SnapshotRanking>(["snapshots", snapshotId, "rankings", query], (cursor, signal) =>
    bodyOf(
      api.GET("/api/snapshots/{snapshot_id}/rankings/", {
        params: { path: { snapshot_id: snapshotId }, query: { ...query, cursor } },
        signal,
      }),
    ),
  );
}
