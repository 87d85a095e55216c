import { queryOptions } from "@tanstack/react-query";

import { api, bodyOf } from "@/api/client";
import { listQuery } from "@/api/pages";
import { projectsQuery } from "@/api/projects";
import type { InstructionReader, InstructionVersion } from "@/api/research-types";

// Below the projects' key, so that a publication refreshes these too.
const keyOf = (projectId: number) => [...projectsQuery.queryKey, projectId, "instructions"] as const;

export function instructionVersionsQuery(projectId: number) {
  return listQuery<InstructionVersion>([...keyOf(projectId), "versions"], (cursor, signal) =>
    bodyOf(
      api.GET("/api/projects/{project_id}/instructions/", {
        params: { path: { project_id: projectId }, query: { cursor } },
        signal,
      }),
    ),
  );
}

export function instructionsQuery(projectId: number, version: number) {
  return queryOptions({
    queryKey: [...keyOf(projectId), version],
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET("/api/projects/{project_id}/instructions/{version}/", {
          params: { path: { project_id: projectId, version } },
          signal,
        }),
      ),
    // A published version never changes.
    staleTime: Infinity,
  });
}

export function instructionReadersQuery(projectId: number) {
  return listQuery<InstructionReader>([...keyOf(projectId), "readers"], (cursor, signal) =>
    bodyOf(
      api.GET("/api/projects/{project_id}/instruction-readers/", {
        params: { path: { project_id: projectId }, query: { cursor } },
        signal,
      }),
    ),
  );
}
