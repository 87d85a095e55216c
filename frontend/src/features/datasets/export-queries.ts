import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, bodyOf } from "@/api/client";
import type { Export, ExportRequest } from "@/api/training-types";

const LIVE_EVERY_MS = 1_500;

export function isLiveExport({ state }: Pick<Export, "state">): boolean {
  return state === "queued" || state === "running";
}

export function exportsQuery(snapshotId: string) {
  return queryOptions({
    queryKey: ["exports", snapshotId],
    queryFn: ({ signal }): Promise<Export[]> =>
      bodyOf(
        api.GET("/api/snapshots/{snapshot_id}/exports/", {
          params: { path: { snapshot_id: snapshotId } },
          signal,
        }),
      ),
    refetchInterval: (query) => (query.state.data?.some(isLiveExport) ? LIVE_EVERY_MS : false),
  });
}

export function useRequestExport(snapshotId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (wanted: ExportRequest) =>
      bodyOf(
        api.POST("/api/snapshots/{snapshot_id}/exports/", {
          params: { path: { snapshot_id: snapshotId } },
          body: wanted,
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: exportsQuery(snapshotId).queryKey }),
  });
}
