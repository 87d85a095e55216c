import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { chosen } from "@/api/chosen";
import { api, bodyOf } from "@/api/client";
import { listQuery } from "@/api/pages";
import type { DemonstrationBehindCost, RankingBehindCost } from "@/api/research-types";
import { numberIn } from "@/api/scope";

export const COST_FILTERS = ["project", "since", "until", "simulated"] as const;
export type CostFilters = Record<(typeof COST_FILTERS)[number], string>;
export type Noun = "rankings" | "demonstrations";

function selectionOf({ project, since, until, simulated }: CostFilters) {
  return {
    project: numberIn(project),
    since: chosen<string>(since),
    until: chosen<string>(until),
    include_simulated: simulated === "yes" ? true : undefined,
  };
}

export function costsQuery(filters: CostFilters) {
  const query = selectionOf(filters);
  return queryOptions({
    queryKey: ["costs", query],
    queryFn: ({ signal }) => bodyOf(api.GET("/api/costs/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
    // A refused filter says what to change.
    retry: false,
  });
}

function behindOf(filters: CostFilters & { timed: string }) {
  return { ...selectionOf(filters), timed: filters.timed === "yes" ? true : undefined };
}

/** The rankings behind a cost, newest first. */
export function costRankingsQuery(filters: CostFilters & { timed: string }) {
  const query = behindOf(filters);
  return listQuery<RankingBehindCost>(["costs", "rankings", query], (cursor, signal) =>
    bodyOf(api.GET("/api/costs/rankings/", { params: { query: { ...query, cursor } }, signal })),
  );
}

/** The demonstrations behind a cost, newest first. */
export function costDemonstrationsQuery(filters: CostFilters & { timed: string }) {
  const query = behindOf(filters);
  return listQuery<DemonstrationBehindCost>(["costs", "demonstrations", query], (cursor, signal) =>
    bodyOf(api.GET("/api/costs/demonstrations/", { params: { query: { ...query, cursor } }, signal })),
  );
}

/** The address of the answers behind a cost of one project, under the same filters. */
export function costAddress(noun: Noun, filters: CostFilters, project: number, isTimed = false): string {
  const query = new URLSearchParams({ project: String(project) });
  for (const name of COST_FILTERS) {
    if (name !== "project" && filters[name] !== "") query.set(name, filters[name]);
  }
  if (isTimed) query.set("timed", "yes");
  return `/data/costs/${noun}?${query.toString()}`;
}
