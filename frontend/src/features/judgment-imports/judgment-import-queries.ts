import { queryOptions } from "@tanstack/react-query";

import { api, bodyOf, done } from "@/api/client";
import { listQuery } from "@/api/pages";
import type {
  JudgmentImport,
  JudgmentImportDetail,
  JudgmentImportRow,
  NewJudgmentImport,
} from "@/api/research-types";
import { bytesOf } from "@/api/upload-pieces";
import type { ImportServer } from "@/components/imports/import-server";

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

export const JUDGMENT_IMPORTS: ImportServer<NewJudgmentImport, JudgmentImportDetail> = {
  name: "judgment-imports",
  page: "/data/import",
  read: (importId, signal) =>
    bodyOf(api.GET("/api/judgment-imports/{import_id}/", { params: { path: { import_id: importId } }, signal })),
  open: (wanted) => bodyOf(api.POST("/api/judgment-imports/", { body: wanted })),
  cancel: (importId) =>
    bodyOf(api.POST("/api/judgment-imports/{import_id}/cancel/", { params: { path: { import_id: importId } } })),
  send: (importId) => (position, piece) =>
    done(
      api.PUT("/api/judgment-imports/{import_id}/chunks/{position}/", {
        params: { path: { import_id: importId, position } },
        ...bytesOf(piece),
      }),
    ),
};

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
