import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, bodyOf } from "@/api/client";
import { allRows, listQuery } from "@/api/pages";
import { projectsQuery } from "@/api/projects";
import type { EvaluationPlanRequest, EvaluationRequest, PromptChoice, RatedInput } from "@/api/research-types";

const EVERY = 200;

export const evaluationsQuery = queryOptions({
  queryKey: ["evaluations"],
  queryFn: ({ signal }) =>
    allRows((cursor) =>
      bodyOf(api.GET("/api/evaluations/", { params: { query: { cursor, limit: EVERY } }, signal })),
    ),
});

export function evaluationQuery(id: number, includeSimulated: boolean) {
  return queryOptions({
    queryKey: [...evaluationsQuery.queryKey, id, { includeSimulated }],
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET("/api/evaluations/{evaluation_id}/", {
          params: {
            path: { evaluation_id: id },
            query: includeSimulated ? { include_simulated: true } : {},
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });
}

/** The rankings behind the toxicity of the inputs, newest first. */
export function inputsQuery(id: number, simulated: string) {
  const asked = simulated === "yes" ? { include_simulated: true } : {};
  return listQuery<RatedInput>([...evaluationsQuery.queryKey, id, "inputs", asked], (cursor, signal) =>
    bodyOf(
      api.GET("/api/evaluations/{evaluation_id}/inputs/", {
        params: { path: { evaluation_id: id }, query: { ...asked, cursor } },
        signal,
      }),
    ),
  );
}

/** What a new evaluation starts from. */
export const evaluationDefaultsQuery = queryOptions({
  queryKey: [...evaluationsQuery.queryKey, "defaults"],
  queryFn: ({ signal }) => bodyOf(api.GET("/api/evaluations/defaults/", { signal })),
});

/** What opening it would make. */
export function planQuery(request: EvaluationPlanRequest) {
  return queryOptions({
    queryKey: [...evaluationsQuery.queryKey, "preview", request],
    queryFn: ({ signal }) => bodyOf(api.POST("/api/evaluations/preview/", { body: request, signal })),
    placeholderData: keepPreviousData,
    staleTime: 0,
    // A refusal says what to change; asking again would not help.
    retry: false,
  });
}

export function useOpenEvaluation() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (request: EvaluationRequest) =>
      bodyOf(api.POST("/api/evaluations/", { body: request })),
    onSuccess: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: evaluationsQuery.queryKey }),
        queryClient.invalidateQueries({ queryKey: projectsQuery.queryKey }),
      ]),
  });
}

export function useAddPrompts(id: number) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (prompts: PromptChoice) =>
      bodyOf(
        api.POST("/api/evaluations/{evaluation_id}/tasks/", {
          params: { path: { evaluation_id: id } },
          body: prompts,
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: evaluationsQuery.queryKey }),
  });
}
