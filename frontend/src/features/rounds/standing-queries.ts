import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, bodyOf } from "@/api/client";
import type { StandingRequest } from "@/api/training-types";

const WATCHED_EVERY_MS = 5_000;

export const standingQuery = queryOptions({
  queryKey: ["standing-reward-models"],
  queryFn: ({ signal }) => bodyOf(api.GET("/api/standing-reward-models/", { signal })),
  refetchInterval: WATCHED_EVERY_MS,
});

export type StandingCommand = { keep: StandingRequest } | { id: string; is_on: boolean };

/** Keeps another reward model up to date, or switches one on or off. */
export function useStandingCommand() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (command: StandingCommand) =>
      "keep" in command
        ? bodyOf(api.POST("/api/standing-reward-models/", { body: command.keep }))
        : bodyOf(
            api.PUT("/api/standing-reward-models/{standing_id}/", {
              params: { path: { standing_id: command.id } },
              body: { is_on: command.is_on },
            }),
          ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: standingQuery.queryKey }),
  });
}
