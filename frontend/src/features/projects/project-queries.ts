import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, bodyOf } from "@/api/client";
import { listQuery } from "@/api/pages";
import { projectsQuery } from "@/api/projects";
import type { NewProject, Project, ProjectChange, RankingRecord, TaskRequest } from "@/api/research-types";

export function projectQuery(projectId: number) {
  return queryOptions({
    queryKey: [...projectsQuery.queryKey, projectId],
    queryFn: ({ signal }) =>
      bodyOf(api.GET("/api/projects/{project_id}/", { params: { path: { project_id: projectId } }, signal })),
    refetchInterval: 30_000,
  });
}

export function projectRankingsQuery(projectId: number) {
  return listQuery<RankingRecord>(["rankings", { project: projectId }], (cursor, signal) =>
    bodyOf(api.GET("/api/rankings/", { params: { query: { project: projectId, cursor } }, signal })),
  );
}

export function useOpenProject() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (project: NewProject) => bodyOf(api.POST("/api/projects/", { body: project })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: projectsQuery.queryKey }),
  });
}

function useProjectChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: change,
    // The list's key begins the key of every single project.
    onSuccess: () => queryClient.invalidateQueries({ queryKey: projectsQuery.queryKey }),
  });
}

export function useChangeProject(projectId: number) {
  return useProjectChange((changes: ProjectChange) =>
    bodyOf(
      api.PATCH("/api/projects/{project_id}/", {
        params: { path: { project_id: projectId } },
        body: changes,
      }),
    ),
  );
}

export function useSetState(projectId: number) {
  return useProjectChange((state: Project["state"]) =>
    bodyOf(
      api.PATCH("/api/projects/{project_id}/", {
        params: { path: { project_id: projectId } },
        body: { state },
      }),
    ),
  );
}

export function usePublishInstructions(projectId: number) {
  return useProjectChange((instructions: { title: string; body: string; based_on: number }) =>
    bodyOf(
      api.POST("/api/projects/{project_id}/instructions/", {
        params: { path: { project_id: projectId } },
        body: instructions,
      }),
    ),
  );
}

export function useCreateTasks(projectId: number) {
  return useProjectChange((request: TaskRequest) =>
    bodyOf(
      api.POST("/api/projects/{project_id}/tasks/", {
        params: { path: { project_id: projectId } },
        body: request,
      }),
    ),
  );
}
