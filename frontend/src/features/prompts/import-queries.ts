import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, bodyOf } from "@/api/client";
import { listQuery } from "@/api/pages";
import type { NewPromptImport, PromptImport, PromptImportDetail, PromptImportLine } from "@/api/research-types";
import { isLiveImport } from "@/components/imports/import-header";

const LIVE_EVERY_MS = 1_500;

export type ImportOutcome = PromptImportLine["outcome"];

export const promptImportsQuery = listQuery<PromptImport>(["prompt-imports", "list"], (cursor, signal) =>
  bodyOf(api.GET("/api/prompt-imports/", { params: { query: { cursor, limit: 10 } }, signal })),
);

export function promptImportQuery(importId: string) {
  return queryOptions({
    queryKey: ["prompt-imports", "one", importId],
    queryFn: ({ signal }): Promise<PromptImportDetail> =>
      bodyOf(api.GET("/api/prompt-imports/{import_id}/", { params: { path: { import_id: importId } }, signal })),
    refetchInterval: (query) => (query.state.data && isLiveImport(query.state.data) ? LIVE_EVERY_MS : false),
  });
}

/** `until` is how many lines were read when it was asked: a growing report is asked for again. */
export function importLinesQuery(importId: string, outcome: ImportOutcome | undefined, until: number) {
  return listQuery<PromptImportLine>(["prompt-imports", "lines", importId, outcome, until], (cursor, signal) =>
    bodyOf(
      api.GET("/api/prompt-imports/{import_id}/lines/", {
        params: { path: { import_id: importId }, query: { outcome, cursor } },
        signal,
      }),
    ),
  );
}

export function useOpenImport() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (wanted: NewPromptImport) => bodyOf(api.POST("/api/prompt-imports/", { body: wanted })),
    onSuccess: async (opened) => {
      queryClient.setQueryData(promptImportQuery(opened.id).queryKey, opened);
      await queryClient.invalidateQueries({ queryKey: promptImportsQuery.queryKey });
    },
  });
}

export function useCancelImport(importId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () =>
      bodyOf(api.POST("/api/prompt-imports/{import_id}/cancel/", { params: { path: { import_id: importId } } })),
    onSuccess: async (cancelled) => {
      queryClient.setQueryData(promptImportQuery(importId).queryKey, cancelled);
      await queryClient.invalidateQueries({ queryKey: promptImportsQuery.queryKey });
    },
  });
}
