import { keepPreviousData, queryOptions, useQueries } from "@tanstack/react-query";

import { api, bodyOf } from "@/api/client";
import { isLive } from "@/api/runs";
import type { RunCurve, RunRow } from "@/api/training-types";

// As many as a page of the list has, and one request answers.
const RUNS_PER_REQUEST = 50;
const LIVE_EVERY_MS = 2_000;

function curvesQuery(ids: string[], areLive: boolean) {
  return queryOptions({
    queryKey: ["runs", "curves", ...ids],
    queryFn: ({ signal }) => bodyOf(api.GET("/api/runs/curves/", { params: { query: { ids } }, signal })),
    // What has ended keeps its curve.
    staleTime: areLive ? 0 : Infinity,
    refetchInterval: areLive ? LIVE_EVERY_MS : false,
    placeholderData: keepPreviousData,
  });
}

/** In groups of what one request answers. */
export function inRequests<Item>(items: Item[], size = RUNS_PER_REQUEST): Item[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}

/** The small curve of each run that has one, by its id: a request for each page of them. */
export function useRunCurves(runs: RunRow[]): ReadonlyMap<string, RunCurve> {
  const begun = runs.filter(({ step }) => step > 1);
  const groups = [true, false].flatMap((areLive) =>
    inRequests(begun.filter(({ state }) => isLive(state) === areLive)).map((group) => ({ group, areLive })),
  );
  const answers = useQueries({
    queries: groups.map(({ group, areLive }) => curvesQuery(group.map(({ id }) => id), areLive)),
  });
  return new Map(answers.flatMap(({ data }) => data ?? []).map((curve) => [curve.run_id, curve]));
}
