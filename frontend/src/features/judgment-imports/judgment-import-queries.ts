import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, bodyOf, done } from "@/api/client";
import { listQuery } from "@/api/pages";
import type {
  JudgmentImport,
  JudgmentImportDetail,
  JudgmentImportRow,
  NewJudgmentImport,
} from "@/api/research-types";
import { bytesOf } from "@/api/upload-pieces";
import type { SendPiece } from "@/api/upload-pieces";
import { isLiveImport } from "@/components/imports/import-header";
import { usePieceUpload } from "@/components/imports/use-piece-upload";
import type { PieceUpload } from "@/components/imports/use-piece-upload";

const LIVE_EVERY_MS = 1_500;

export type RowOutcome = JudgmentImportRow["outcome"];

export const formatsQuery = queryOptions({
  queryKey: ["judgment-imports", "formats"],
  queryFn: ({ signal }) => bodyOf(api.GET("/api/judgment-formats/", { signal })),
  staleTime: Infinity,
});

export const judgmentImportsQuery = listQuery<JudgmentImport>(
  ["judgment-imports", "list"],
  (cursor, signal) =>
    bodyOf(api.GET("/api/judgment-imports/", { params: { query: { cursor, limit: 10 } }, signal })),
);

export function judgmentImportQuery(importId: string) {
  return queryOptions({
    queryKey: ["judgment-imports", "one", importId],
    queryFn: ({ signal }): Promise<JudgmentImportDetail> =>
      bodyOf(
        api.GET("/api/judgment-imports/{import_id}/", {
          params: { path: { import_id: importId } },
          signal,
        }),
      ),
    refetchInterval: (query) => (query.state.data && isLiveImport(query.state.data) ? LIVE_EVERY_MS : false),
  });
}

/** `until` is how many rows were read when it was asked: a growing report is asked for again. */
export function saidQuery(importId: string, outcome: RowOutcome | undefined, until: number) {
  return listQuery<JudgmentImportRow>(
    ["judgment-imports", "rows", importId, outcome, until],
    (cursor, signal) =>
      bodyOf(
        api.GET("/api/judgment-imports/{import_id}/rows/", {
          params: { path: { import_id: importId }, query: { outcome, cursor } },
          signal,
        }),
      ),
  );
}

export function useOpenJudgmentImport() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (wanted: NewJudgmentImport) => bodyOf(api.POST("/api/judgment-imports/", { body: wanted })),
    onSuccess: async (opened) => {
      queryClient.setQueryData(judgmentImportQuery(opened.id).queryKey, opened);
      await queryClient.invalidateQueries({ queryKey: judgmentImportsQuery.queryKey });
    },
  });
}

export function useCancelJudgmentImport(importId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () =>
      bodyOf(
        api.POST("/api/judgment-imports/{import_id}/cancel/", {
          params: { path: { import_id: importId } },
        }),
      ),
    onSuccess: async (cancelled) => {
      queryClient.setQueryData(judgmentImportQuery(importId).queryKey, cancelled);
      await queryClient.invalidateQueries({ queryKey: judgmentImportsQuery.queryKey });
    },
  });
}

function sendTo(importId: string): SendPiece {
  return (position, piece) =>
    done(
      api.PUT("/api/judgment-imports/{import_id}/chunks/{position}/", {
        params: { path: { import_id: importId, position } },
        ...bytesOf(piece),
      }),
    );
}

export function useJudgmentUpload(importId: string): PieceUpload {
  const queryClient = useQueryClient();
  const query = judgmentImportQuery(importId);
  return usePieceUpload({
    readNow: () => queryClient.fetchQuery({ ...query, staleTime: 0 }),
    send: sendTo(importId),
    onSettled: () => queryClient.invalidateQueries({ queryKey: query.queryKey }),
  });
}
