import { queryOptions } from "@tanstack/react-query";

import { api, bodyOf } from "./client";
import { allRows } from "./pages";
import { projectsQuery } from "./projects";

const EVERY = 200;

/** Below the projects' key, so that a publication refreshes these too. */
export const instructionsKey = (projectId: number) =>
  [...projectsQuery.queryKey, projectId, "instructions"] as const;

/** Every version of a project's instructions, the newest first, to choose from. */
export function everyInstructionVersionQuery(projectId: number) {
  return queryOptions({
    queryKey: [...instructionsKey(projectId), "every"],
    queryFn: ({ signal }) =>
      allRows((cursor) =>
        bodyOf(
          api.GET("/api/projects/{project_id}/instructions/", {
            params: { path: { project_id: projectId }, query: { cursor, limit: EVERY } },
            signal,
          }),
        ),
      ),
  });
}
