import { queryOptions } from "@tanstack/react-query";

import { api, bodyOf } from "@/api/client";
import { instructionsKey as keyOf } from "@/api/instructions";
import { listQuery } from "@/api/pages";
import type { InstructionReader, InstructionVersion } from "@/api/research-types";

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
