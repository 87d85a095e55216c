import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { api, bodyOf } from "@/api/client";
import { allRows, listQuery } from "@/api/pages";
import type { Round, RoundDetail, RoundRequest, StartedStep } from "@/api/training-types";

const WATCHED_EVERY_MS = 5_000;

export const roundsQuery = listQuery<Round>(["rounds", "list"], (cursor, signal) =>
  bodyOf(api.GET("/api/rounds/", { params: { query: { cursor } }, signal })),
);

/** To choose an earlier one from. */
export const everyRoundQuery = queryOptions({
  queryKey: ["rounds", "list", "every"],
  queryFn: ({ signal }) =>
    allRows<Round>((cursor) => bodyOf(api.GET("/api/rounds/", { params: { query: { cursor } }, signal }))),
});

export function roundQuery(roundId: string) {
  return queryOptions({
    queryKey: ["rounds", "one", roundId],
    queryFn: ({ signal }): Promise<RoundDetail> =>
      bodyOf(api.GET("/api/rounds/{round_id}/", { params: { path: { round_id: roundId } }, signal })),
    // People rank and runs end meanwhile.
    refetchInterval: (query) => (query.state.data?.round.closed_at === null ? WATCHED_EVERY_MS : false),
  });
}

export function useOpenRound() {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (round: RoundRequest) => bodyOf(api.POST("/api/rounds/", { body: round })),
    onSuccess: async (opened) => {
      await queryClient.invalidateQueries({ queryKey: ["rounds", "list"] });
      await navigate(`/rounds/${opened.round.id}`);
    },
  });
}

export type RoundCommand =
  | { start: StartedStep }
  | { automatic: StartedStep[]; min_rankings: number }
  | { close: true };

function send(roundId: string, command: RoundCommand): Promise<RoundDetail> {
  const params = { path: { round_id: roundId } };
  if ("start" in command) {
    return bodyOf(api.POST("/api/rounds/{round_id}/steps/", { params, body: { step: command.start } }));
  }
  if ("close" in command) return bodyOf(api.POST("/api/rounds/{round_id}/close/", { params }));
  return bodyOf(api.PUT("/api/rounds/{round_id}/settings/", { params, body: command }));
}

/** Changes a round; the answer is its board as it is afterwards. */
export function useRoundCommand(roundId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (command: RoundCommand) => send(roundId, command),
    onSuccess: (detail) => {
      queryClient.setQueryData(roundQuery(roundId).queryKey, detail);
      return queryClient.invalidateQueries({ queryKey: ["rounds", "list"] });
    },
  });
}
