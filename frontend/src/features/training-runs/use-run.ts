import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, bodyOf } from "@/api/client";
import { isLive } from "@/api/runs";
import type { HyperparameterValue, Run, RunState } from "@/api/training-types";

const LIVE_EVERY_MS = 2_000;
// It changes when somebody resumes or cancels it, who may sit at another console.
const PAUSED_EVERY_MS = 10_000;

function pollingOf(state: RunState | undefined): number | false {
  if (state === "paused") return PAUSED_EVERY_MS;
  return state && isLive(state) ? LIVE_EVERY_MS : false;
}

export function runQuery(runId: string) {
  return queryOptions({
    queryKey: ["runs", "one", runId],
    queryFn: ({ signal }): Promise<Run> =>
      bodyOf(api.GET("/api/runs/{run_id}/", { params: { path: { run_id: runId } }, signal })),
    refetchInterval: (query) => pollingOf(query.state.data?.state),
  });
}

/** What is done to the run itself; a retry makes another one. */
export type RunCommand = Exclude<keyof Run["can"], "retry">;

function send(command: RunCommand, runId: string): Promise<Run> {
  const params = { path: { run_id: runId } };
  switch (command) {
    case "cancel":
      return bodyOf(api.POST("/api/runs/{run_id}/cancel/", { params }));
    case "kill":
      return bodyOf(api.POST("/api/runs/{run_id}/kill/", { params }));
    case "pause":
      return bodyOf(api.POST("/api/runs/{run_id}/pause/", { params }));
    case "resume":
      return bodyOf(api.POST("/api/runs/{run_id}/resume/", { params }));
  }
}

/** Sends a command to a run; the answer is the run as it is afterwards. */
export function useRunCommand(runId: string) {
  const remember = useRemember();
  return useMutation({
    mutationFn: (command: RunCommand) => send(command, runId),
    onSuccess: remember,
  });
}

/** Lets the run go before or after others that wait. */
export function usePriority(runId: string) {
  const remember = useRemember();
  return useMutation({
    mutationFn: (priority: number) =>
      bodyOf(
        api.POST("/api/runs/{run_id}/priority/", {
          params: { path: { run_id: runId } },
          body: { priority },
        }),
      ),
    onSuccess: remember,
  });
}

/** Requests a new run that goes on from this one, with the hyperparameters that may change. */
export function useRetry(runId: string) {
  const remember = useRemember();
  return useMutation({
    mutationFn: (hyperparameters: Record<string, HyperparameterValue>) =>
      bodyOf(
        api.POST("/api/runs/{run_id}/retry/", {
          params: { path: { run_id: runId } },
          body: { hyperparameters },
        }),
      ),
    onSuccess: remember,
  });
}

function useRemember(): (run: Run) => Promise<void> {
  const queryClient = useQueryClient();
  return async (run) => {
    queryClient.setQueryData(runQuery(run.id).queryKey, run);
    await queryClient.invalidateQueries({ queryKey: ["runs", "list"] });
  };
}
