import { queryOptions } from "@tanstack/react-query";

import { api, bodyOf, done } from "./client";
import type { Instructions, OwnWork } from "./types";

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

/** The latest version of the instructions that the labeler has read; null where there is none. */
export function lastReadInstructionsQuery(projectId: number) {
  return queryOptions<Instructions | null>({
    queryKey: ["labeling", "last-read-instructions", projectId],
    queryFn: async ({ signal }) => {
      const path = { project_id: projectId };
      const { results } = await bodyOf(
        api.GET("/api/labeling/projects/{project_id}/instructions/", { params: { path }, signal }),
      );
      const known = results.find(({ acknowledged_at: at }) => at !== null);
      if (!known) return null;
      return bodyOf(
        api.GET("/api/labeling/projects/{project_id}/instructions/{version}/", {
          params: { path: { ...path, version: known.version } },
          signal,
        }),
      );
    },
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

/** The labeler's own work, by days of the clock in front of them. */
export const ownWorkQuery = queryOptions({
  queryKey: ["labeling", "own-work"],
  queryFn: ({ signal }) => {
    const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
    return bodyOf(api.GET("/api/labeling/me/", { params: { query: { time_zone: timeZone } }, signal }));
  },
});

/** The last day of somebody's work is today; undefined while it is not known. */
export function todayOf(work: OwnWork | undefined): OwnWork["days"][number] | undefined {
  return work?.days.at(-1);
}

/** Label items, categories and reasons: fixed for as long as the page is open. */
export const catalogueQuery = queryOptions({
  queryKey: ["catalogue"],
  queryFn: ({ signal }) => bodyOf(api.GET("/api/catalogue/", { signal })),
  staleTime: Infinity,
});
