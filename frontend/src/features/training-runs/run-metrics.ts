import { queryOptions } from "@tanstack/react-query";

import { api, bodyOf } from "@/api/client";
import type { MetricsPage, MetricsPoint } from "@/api/training-types";

const PAGE_SIZE = 500;
const MAX_PAGES = 200;
const LIVE_EVERY_MS = 2_000;

type FetchAfter = (afterStep: number | undefined) => Promise<MetricsPage>;

/** What is known of a run's figures, and from which step to ask on. */
export interface Known {
  points: MetricsPoint[];
  next_step: number | undefined;
}

const NOTHING: Known = { points: [], next_step: undefined };

/** Adds what is new since last time; a long run comes in several pages the first time. */
export async function withNewer(known: Known, fetchAfter: FetchAfter): Promise<Known> {
  const points = [...known.points];
  let next = known.next_step;
  for (let count = 0; count < MAX_PAGES; count += 1) {
    const page = await fetchAfter(next);
    points.push(...page.points);
    if (page.points.length > 0) next = page.next_step;
    if (page.points.length < PAGE_SIZE) break;
  }
  return { points, next_step: next };
}

export function runMetricsQuery(runId: string, isLive: boolean) {
  const queryKey = ["runs", "metrics", runId] as const;
  return queryOptions({
    queryKey,
    queryFn: ({ client, signal }) =>
      withNewer(client.getQueryData<Known>(queryKey) ?? NOTHING, (afterStep) =>
        bodyOf(
          api.GET("/api/runs/{run_id}/metrics/", {
            params: { path: { run_id: runId }, query: { after_step: afterStep } },
            signal,
          }),
        ),
      ),
    refetchInterval: isLive ? LIVE_EVERY_MS : false,
    // Comparing thousands of points to find that some are new would cost more than it saves.
    structuralSharing: false,
  });
}
