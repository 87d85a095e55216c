import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { chosen } from "@/api/chosen";
import { api, bodyOf } from "@/api/client";
import { listQuery } from "@/api/pages";
import type { AgreementRow, CountedRanking } from "@/api/research-types";
import type { operations } from "@/api/schema";
import { numberIn, SCOPE, scopeOf } from "@/api/scope";

export const FILTERS = [
  ...SCOPE,
  "overlap",
  "since",
  "until",
  "category",
  "k",
  "instructions",
  "source",
  "other",
] as const;
export type Filter = (typeof FILTERS)[number];
export type Filters = Record<Filter, string>;

type Query = NonNullable<operations["agreement"]["parameters"]["query"]>;

/** What is chosen but for what chooses within a prompt. */
function promptsOf(filters: Filters) {
  return {
    ...scopeOf(filters),
    since: chosen<string>(filters.since),
    until: chosen<string>(filters.until),
    category: chosen<NonNullable<Query["category"]>>(filters.category),
    k: numberIn(filters.k),
    instructions: numberIn(filters.instructions),
  };
}

/** The selection as the server reads it; what is not filtered is not said. */
export function selectionOf(filters: Filters): Query {
  const isPair = filters.source !== "" && filters.other !== "";
  return {
    ...promptsOf(filters),
    min_overlap: numberIn(filters.overlap),
    // One model of a pair is no choice yet.
    source: isPair ? numberIn(filters.source) : undefined,
    other_source: isPair ? numberIn(filters.other) : undefined,
  };
}

/** Whether a part of each prompt's pairs is chosen: of two models, or of so many labelers. */
export function choosesPairs(filters: Filters): boolean {
  const { min_overlap: overlap = 2, source } = selectionOf(filters);
  return overlap > 2 || source !== undefined;
}

// The figures are worked out in the background: soon for the first time, later now and then.
const FIRST_EVERY_MS = 3_000;
const AGAIN_EVERY_MS = 60_000;

/** The agreement over sealed rankings. */
export function agreementQuery(filters: Filters) {
  const query = selectionOf(filters);
  return queryOptions({
    queryKey: ["agreement", query],
    queryFn: ({ signal }) => bodyOf(api.GET("/api/agreement/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: (found) =>
      found.state.data?.refreshed_at === null ? FIRST_EVERY_MS : AGAIN_EVERY_MS,
  });
}

/** Training and held-out labelers side by side; whichever pool was chosen is not asked for. */
export function poolsQuery(filters: Filters) {
  const query = selectionOf({ ...filters, pool: "" });
  return queryOptions({
    queryKey: ["agreement", "pools", query],
    queryFn: ({ signal }) => bodyOf(api.GET("/api/agreement/pools/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: AGAIN_EVERY_MS,
  });
}

type RowsQuery = NonNullable<operations["rankings_behind_agreement"]["parameters"]["query"]>;

/** The rankings behind a figure, newest first. */
export function rowsQuery(filters: Filters & Record<"labeler" | "with" | "flag" | "compared" | "holding", string>) {
  const query: RowsQuery = {
    ...selectionOf(filters),
    labeler: numberIn(filters.labeler),
    other: numberIn(filters.with),
    flag: chosen<NonNullable<RowsQuery["flag"]>>(filters.flag),
    holding: chosen<NonNullable<RowsQuery["holding"]>>(filters.holding),
    compared: filters.compared === "yes" ? true : undefined,
  };
  return listQuery<AgreementRow>(["agreement", "rows", query], (cursor, signal) =>
    bodyOf(api.GET("/api/agreement/rankings/", { params: { query: { ...query, cursor } }, signal })),
  );
}

type CountedQuery = operations["rankings_counted"]["parameters"]["query"];

/** The rankings that a figure adds up, newest first, each with its part in it. */
export function countedQuery(filters: Filters & Record<"figure" | "week" | "labeler", string>) {
  const query: CountedQuery = {
    ...selectionOf(filters),
    figure: chosen<CountedQuery["figure"]>(filters.figure) ?? "ratings",
    week: chosen<string>(filters.week),
    labeler: numberIn(filters.labeler),
  };
  return listQuery<CountedRanking>(["agreement", "counted", query], (cursor, signal) =>
    bodyOf(api.GET("/api/agreement/counted/", { params: { query: { ...query, cursor } }, signal })),
  );
}

/** Ratings, flags, leniency and researchers, over the newest rankings that fit. */
export function ratingsQuery({ labeler, ...filters }: Filters & { labeler: string }) {
  const query = { ...selectionOf(filters), labeler: numberIn(labeler) };
  return queryOptions({
    queryKey: ["rating-agreement", query],
    queryFn: ({ signal }) => bodyOf(api.GET("/api/rating-agreement/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

/** How the same comparisons are judged from week to week. */
export function anchorDriftQuery(filters: Filters) {
  const query = selectionOf(filters);
  return queryOptions({
    queryKey: ["anchor-drift", query],
    queryFn: ({ signal }) => bodyOf(api.GET("/api/anchor-drift/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

/** Pairs of labelers who set the same flag and never on the same completion. */
export function flagsApartQuery(filters: Filters) {
  const query = promptsOf(filters);
  return queryOptions({
    queryKey: ["flags-apart", query],
    queryFn: ({ signal }) => bodyOf(api.GET("/api/flags-apart/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}
