import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { chosen } from "@/api/chosen";
import { api, bodyOf } from "@/api/client";
import type { operations } from "@/api/schema";
import { numberIn, SCOPE, scopeOf } from "@/api/scope";

export const FILTERS = [...SCOPE, "since", "until", "category", "k", "instructions"] as const;
export type Filter = (typeof FILTERS)[number];
export type Filters = Record<Filter, string>;

type Query = NonNullable<operations["labeler_quality"]["parameters"]["query"]>;

/** The selection as the server reads it; what is not filtered is not said. */
export function selectionOf(filters: Filters): Query {
  return {
    ...scopeOf(filters),
    since: chosen<string>(filters.since),
    until: chosen<string>(filters.until),
    category: chosen<NonNullable<Query["category"]>>(filters.category),
    k: numberIn(filters.k),
    instructions: numberIn(filters.instructions),
  };
}

/** How labelers work, over sealed answers. */
export function qualityQuery(filters: Filters) {
  const query = selectionOf(filters);
  return queryOptions({
    queryKey: ["labeler-quality", query],
    queryFn: ({ signal }) => bodyOf(api.GET("/api/labeler-quality/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

/** The flags of one labeler beside the others, under the same filters. */
export function labelerFlagsQuery(labelerId: number, filters: Filters) {
  const query = selectionOf(filters);
  const path = { labeler_id: labelerId };
  return queryOptions({
    queryKey: ["labeler-flags", labelerId, query],
    queryFn: ({ signal }) =>
      bodyOf(api.GET("/api/labeler-flags/{labeler_id}/", { params: { path, query }, signal })),
  });
}

/** The rankings behind a labeler's facts, under the same filters. */
export function rankingsAddress(filters: Filters, labelerId: number): string {
  const query = new URLSearchParams({ labeler: String(labelerId) });
  for (const name of FILTERS) if (filters[name] !== "") query.set(name, filters[name]);
  return `/agreement/rankings?${query.toString()}`;
}
