import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { chosen } from "@/api/chosen";
import { api, bodyOf } from "@/api/client";
import { listQuery } from "@/api/pages";
import type { Category, Distribution } from "@/api/research-types";
import { SCOPE, scopeOf } from "@/api/scope";

export const SCOPE_FILTERS = [...SCOPE, "distribution", "category"] as const;
export type ScopeFilters = Record<(typeof SCOPE_FILTERS)[number], string>;

function selectionOf({ distribution, category, ...scope }: ScopeFilters) {
  return {
    ...scopeOf(scope),
    distribution: chosen<Distribution>(distribution),
    category: chosen<Category>(category),
  };
}

export function leaderboardQuery(filters: ScopeFilters, baseline: string) {
  const query = { ...selectionOf(filters), baseline: baseline === "" ? undefined : Number(baseline) };
  return queryOptions({
    queryKey: ["win-rates", query],
    queryFn: ({ signal }) => bodyOf(api.GET("/api/win-rates/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
    // A refused baseline says what to change; asking again would not help.
    retry: false,
  });
}

/** The rankings behind one win rate, newest first. */
export function behindQuery(filters: ScopeFilters, model: number, other: number) {
  const query = { ...selectionOf(filters), model, other };
  return listQuery(["win-rates", "rankings", query], (cursor, signal) =>
    bodyOf(api.GET("/api/win-rates/rankings/", { params: { query: { ...query, cursor } }, signal })),
  );
}
