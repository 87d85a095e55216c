import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { chosen } from "@/api/chosen";
import { api, bodyOf } from "@/api/client";
import { listQuery } from "@/api/pages";
import type { Category, Distribution, Pool } from "@/api/research-types";

export const SCOPE_FILTERS = ["project", "pool", "distribution", "category", "simulated"] as const;
export type ScopeFilters = Record<(typeof SCOPE_FILTERS)[number], string>;

function scopeOf({ project, pool, distribution, category, simulated }: ScopeFilters) {
  return {
    project: project === "" ? undefined : Number(project),
    pool: chosen<Pool>(pool),
    distribution: chosen<Distribution>(distribution),
    category: chosen<Category>(category),
    include_simulated: simulated === "yes" ? true : undefined,
  };
}

export function leaderboardQuery(filters: ScopeFilters, baseline: string) {
  const query = { ...scopeOf(filters), baseline: baseline === "" ? undefined : Number(baseline) };
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
  const query = { ...scopeOf(filters), model, other };
  return listQuery(["win-rates", "rankings", query], (cursor, signal) =>
    bodyOf(api.GET("/api/win-rates/rankings/", { params: { query: { ...query, cursor } }, signal })),
  );
}
