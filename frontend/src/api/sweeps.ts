import { queryOptions } from "@tanstack/react-query";

import { api, bodyOf } from "./client";
import { listQuery } from "./pages";
import { isLive } from "./runs";
import type { Sweep, SweepDetail } from "./training-types";

const LIVE_EVERY_MS = 5_000;

export const sweepsQuery = listQuery<Sweep>(["sweeps", "list"], (cursor, signal) =>
  bodyOf(api.GET("/api/sweeps/", { params: { query: { cursor } }, signal })),
);

export function sweepQuery(id: string) {
  return queryOptions({
    queryKey: ["sweeps", "one", id],
    queryFn: ({ signal }): Promise<SweepDetail> =>
      bodyOf(api.GET("/api/sweeps/{sweep_id}/", { params: { path: { sweep_id: id } }, signal })),
    refetchInterval: ({ state }) =>
      state.data?.entries.some(({ run }) => isLive(run.state)) ? LIVE_EVERY_MS : false,
  });
}
