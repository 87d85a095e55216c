import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, bodyOf } from "@/api/client";

export interface Wish {
  projectId: number;
  overlap: number;
  numPrompts: number;
}

/** What it would take to have more labelers judge the next prompts of a project. */
export function overlapPlanQuery({ projectId, overlap, numPrompts }: Wish) {
  const params = { path: { project_id: projectId }, query: { overlap, num_prompts: numPrompts } };
  return queryOptions({
    queryKey: ["overlap", projectId, overlap, numPrompts],
    queryFn: ({ signal }) => bodyOf(api.GET("/api/projects/{project_id}/overlap/", { params, signal })),
    placeholderData: keepPreviousData,
  });
}

export function useRaiseOverlap() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ projectId, overlap, numPrompts }: Wish) =>
      bodyOf(
        api.POST("/api/projects/{project_id}/overlap/", {
          params: { path: { project_id: projectId } },
          body: { overlap, num_prompts: numPrompts },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["overlap"] }),
  });
}
