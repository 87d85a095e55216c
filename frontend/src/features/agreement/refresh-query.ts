import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { api, bodyOf } from "@/api/client";
import type { AgreementRefresh } from "@/api/research-types";

const KEY = ["agreement-refresh"];
// Often while something is on its way, else now and then.
const WATCHED_EVERY_MS = 3_000;
const AGAIN_EVERY_MS = 60_000;
// What is worked out in the background.
const FIGURES = ["agreement", "labeler-quality"];

function isOnItsWay({ state, refreshed_at: moment }: AgreementRefresh): boolean {
  return state === "asked" || state === "running" || moment === null;
}

/** How far the figures of agreement are. */
export const refreshQuery = queryOptions({
  queryKey: KEY,
  queryFn: ({ signal }) => bodyOf(api.GET("/api/agreement/refresh/", { signal })),
  refetchInterval: (found) =>
    found.state.data !== undefined && isOnItsWay(found.state.data) ? WATCHED_EVERY_MS : AGAIN_EVERY_MS,
});

/** Has the figures worked out at the next beat. */
export function useAskForRefresh() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => bodyOf(api.POST("/api/agreement/refresh/")),
    onSuccess: (refresh) => client.setQueryData(KEY, refresh),
  });
}

/** Asks for the figures anew, once there are newer ones. */
export function useFreshFigures() {
  const client = useQueryClient();
  return useCallback(() => {
    for (const key of FIGURES) void client.invalidateQueries({ queryKey: [key] });
  }, [client]);
}
