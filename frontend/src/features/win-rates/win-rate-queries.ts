import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { chosen } from "@/api/chosen";
import { api, bodyOf } from "@/api/client";
import { listQuery } from "@/api/pages";
import type { Category, Distribution } from "@/api/research-types";
import type { operations } from "@/api/schema";
import { numberIn, SCOPE, scopeOf } from "@/api/scope";

export const SCOPE_FILTERS = [...SCOPE, "distribution", "category"] as const;
export type ScopeFilters = Record<(typeof SCOPE_FILTERS)[number], string>;

type Flag = NonNullable<operations["rankings_behind_win_rate"]["parameters"]["query"]["flag"]>;

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

/** The rankings behind one figure, newest first: of a model, of both of two, that said yes to a flag, that rated it so. */
export function behindQuery(filters: ScopeFilters & Record<"model" | "other" | "said" | "rating", string>) {
  const query = {
    ...selectionOf(filters),
    model: Number(filters.model),
    other: numberIn(filters.other),
    flag: chosen<Flag>(filters.said),
    rating: numberIn(filters.rating),
  };
  return listQuery(["win-rates", "rankings", query], (cursor, signal) =>
    bodyOf(api.GET("/api/win-rates/rankings/", { params: { query: { ...query, cursor } }, signal })),
  );
}
