import { queryOptions } from "@tanstack/react-query";

import { api, bodyOf, done } from "./client";

export const labelingProjectsQuery = queryOptions({
  queryKey: ["labeling", "projects"],
  queryFn: async ({ signal }) => (await bodyOf(api.GET("/api/labeling/projects/", { signal }))).results,
  refetchInterval: 60_000,
});

export function labelingProjectQuery(id: number) {
  return queryOptions({
    queryKey: [...labelingProjectsQuery.queryKey, id],
    queryFn: ({ signal }) =>
      bodyOf(api.GET("/api/labeling/projects/{project_id}/", { params: { path: { project_id: id } }, signal })),
  });
}

export function acknowledgeInstructions(projectId: number, version: number): Promise<void> {
  return done(
    api.POST("/api/labeling/projects/{project_id}/acknowledge/", {
      params: { path: { project_id: projectId } },
      body: { version },
    }),
  );
}

/** Label items, categories and reasons: fixed for as long as the page is open. */
export const catalogueQuery = queryOptions({
  queryKey: ["catalogue"],
  queryFn: ({ signal }) => bodyOf(api.GET("/api/catalogue/", { signal })),
  staleTime: Infinity,
});
