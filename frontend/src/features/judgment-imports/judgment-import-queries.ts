import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api, bodyOf, done } from "@/api/client";
import { listQuery } from "@/api/pages";
import type {
  JudgmentImport,
  JudgmentImportDetail,
  JudgmentImportRow,
  NewJudgmentImport,
} from "@/api/research-types";
import { bytesOf, uploadPieces } from "@/api/upload-pieces";
import type { SendPiece } from "@/api/upload-pieces";

const LIVE_EVERY_MS = 1_500;

export type RowOutcome = JudgmentImportRow["outcome"];

export function isLive({ state }: Pick<JudgmentImport, "state">): boolean {
  return state === "queued" || state === "running";
}

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
    refetchInterval: (query) => (query.state.data && isLive(query.state.data) ? LIVE_EVERY_MS : false),
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

/** Sends a file's missing pieces and says how many bytes are there. */
export function useJudgmentUpload(importId: string) {
  const [numSent, setNumSent] = useState(0);
  const queryClient = useQueryClient();
  const upload = useMutation({
    mutationFn: async (file: File) => {
      // What is there is asked anew: the pieces may have been sent by another tab.
      const now = await queryClient.fetchQuery({ ...judgmentImportQuery(importId), staleTime: 0 });
      const target = { send: sendTo(now.id), chunkBytes: now.chunk_bytes, uploaded: now.uploaded };
      await uploadPieces(file, target, setNumSent);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: judgmentImportQuery(importId).queryKey }),
  });
  return { upload, numSent };
}
