import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { api, bodyOf } from "@/api/client";
import type { SnapshotRequest } from "@/api/training-types";

export function snapshotQuery(snapshotId: string) {
  return queryOptions({
    queryKey: ["snapshots", snapshotId],
    queryFn: ({ signal }) =>
      bodyOf(api.GET("/api/snapshots/{snapshot_id}/", { params: { path: { snapshot_id: snapshotId } }, signal })),
    // A snapshot never changes.
    staleTime: Infinity,
  });
}

export function tablesQuery(snapshotId: string) {
  return queryOptions({
    queryKey: ["snapshots", snapshotId, "tables"],
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET("/api/snapshots/{snapshot_id}/tables/", {
          params: { path: { snapshot_id: snapshotId } },
          signal,
        }),
      ),
  });
}

export function differenceQuery(snapshotId: string, other: string) {
  return queryOptions({
    queryKey: ["snapshots", snapshotId, "difference", other],
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET("/api/snapshots/{snapshot_id}/difference/", {
          params: { path: { snapshot_id: snapshotId }, query: { other } },
          signal,
        }),
      ),
    enabled: other !== "",
    // Two snapshots never change.
    staleTime: Infinity,
    retry: false,
  });
}

/** What freezing now would store. */
export function previewQuery(request: SnapshotRequest) {
  return queryOptions({
    queryKey: ["snapshots", "preview", request],
    queryFn: ({ signal }) => bodyOf(api.POST("/api/snapshots/preview/", { body: request, signal })),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
}
