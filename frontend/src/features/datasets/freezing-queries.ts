import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useNavigate } from "react-router";

import { api, bodyOf } from "@/api/client";
import { snapshotsQuery } from "@/api/snapshots";
import type { Freezing, SnapshotRequest } from "@/api/training-types";

// A small one is there within a second: nobody should wait longer to see it.
const LIVE_EVERY_MS = 500;
const LIST_EVERY_MS = 1_000;

export function isLiveFreezing({ state }: Pick<Freezing, "state">): boolean {
  return state === "queued" || state === "running";
}

function freezingQuery(freezingId: string) {
  return queryOptions({
    queryKey: ["freezings", freezingId],
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET("/api/freezings/{freezing_id}/", {
          params: { path: { freezing_id: freezingId } },
          signal,
        }),
      ),
    refetchInterval: ({ state: { data } }) => (data && isLiveFreezing(data) ? LIVE_EVERY_MS : false),
  });
}

/** Those on their way, and those that failed since yesterday. */
export const freezingsQuery = queryOptions({
  queryKey: ["freezings"],
  queryFn: ({ signal }): Promise<Freezing[]> => bodyOf(api.GET("/api/freezings/", { signal })),
  refetchInterval: ({ state: { data } }) => (data?.some(isLiveFreezing) ? LIST_EVERY_MS : false),
});

/** Asks for a snapshot, follows it until it is there or has failed, and then opens it. */
export function useFreeze() {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const request = useMutation({
    mutationFn: (wanted: SnapshotRequest) => bodyOf(api.POST("/api/snapshots/", { body: wanted })),
  });
  const asked = request.data;
  const { data: freezing } = useQuery({
    ...freezingQuery(asked?.id ?? ""),
    initialData: asked,
    enabled: asked !== undefined,
  });
  const snapshotId = freezing?.snapshot_id;
  useEffect(() => {
    if (!snapshotId) return;
    void queryClient.invalidateQueries({ queryKey: snapshotsQuery.queryKey });
    void navigate(`/data/${snapshotId}`);
  }, [snapshotId, queryClient, navigate]);
  return {
    request,
    freezing,
    /** From the click until the snapshot is opened or has failed. */
    isBusy: request.isPending || (freezing !== undefined && freezing.state !== "failed"),
  };
}
