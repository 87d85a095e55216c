import { queryOptions } from "@tanstack/react-query";

import { chosen } from "./chosen";
import { api, bodyOf } from "./client";
import { listQuery } from "./pages";
import type { RunRow, RunState, Stage } from "./training-types";

const LIVE: ReadonlySet<RunState> = new Set(["queued", "claimed", "running", "stopping", "retry_wait"]);
const LIVE_EVERY_MS = 2_000;
const IDLE_EVERY_MS = 20_000;

/** Whether a run will still change by itself, so that watching it makes sense. */
export function isLive(state: RunState): boolean {
  return LIVE.has(state);
}

export interface RunFilters {
  stage?: string;
  state?: string;
  /** The runs that read this model version or snapshot. */
  input?: string;
  /** The number of whoever requested them. */
  requestedBy?: string;
  /** A part of their names. */
  search?: string;
}

export function runsQuery(filters: RunFilters = {}) {
  const { stage, state, input, requestedBy, search } = filters;
  const query = {
    stage: chosen<Stage>(stage),
    state: chosen<RunState>(state),
    input,
    requested_by: requestedBy ? Number(requestedBy) : undefined,
    search: search || undefined,
  };
  return {
    ...listQuery<RunRow>(["runs", "list", filters], (cursor, signal) =>
      bodyOf(api.GET("/api/runs/", { params: { query: { ...query, cursor } }, signal })),
    ),
    refetchInterval: (query: { state: { data?: { pages: { results: RunRow[] }[] } } }) => {
      const rows = query.state.data?.pages.flatMap((page) => page.results) ?? [];
      return rows.some((run) => isLive(run.state)) ? LIVE_EVERY_MS : IDLE_EVERY_MS;
    },
  };
}

/** Everybody who has requested a run. */
export const requestersQuery = queryOptions({
  queryKey: ["runs", "requesters"],
  queryFn: ({ signal }) => bodyOf(api.GET("/api/runs/requesters/", { signal })),
});

/** What can be run: the inputs of every stage, its hyperparameters and their defaults. */
export const stagesQuery = queryOptions({
  queryKey: ["runs", "stages"],
  queryFn: ({ signal }) => bodyOf(api.GET("/api/runs/stages/", { signal })),
  staleTime: Infinity,
});

/** What the figures of a stage mean, in the order in which they are read. */
export function glossaryQuery(stage: Stage) {
  return queryOptions({
    queryKey: ["runs", "stages", stage, "glossary"],
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET("/api/runs/stages/{stage}/glossary/", { params: { path: { stage } }, signal }),
      ),
    staleTime: Infinity,
  });
}

/** The accelerators that have reported in, and what each is doing. */
export const gpuSlotsQuery = queryOptions({
  queryKey: ["gpu-slots"],
  queryFn: ({ signal }) => bodyOf(api.GET("/api/gpu-slots/", { signal })),
  refetchInterval: 10_000,
});
