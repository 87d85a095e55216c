import { api, bodyOf, done } from "@/api/client";
import { listQuery } from "@/api/pages";
import type { NewPromptImport, PromptImport, PromptImportDetail, PromptImportLine } from "@/api/research-types";
import { bytesOf } from "@/api/upload-pieces";
import type { ImportServer } from "@/components/imports/import-server";

export type ImportOutcome = PromptImportLine["outcome"];

export const promptImportsQuery = listQuery<PromptImport>(["prompt-imports", "list"], (cursor, signal) =>
  bodyOf(api.GET("/api/prompt-imports/", { params: { query: { cursor, limit: 10 } }, signal })),
);

export const PROMPT_IMPORTS: ImportServer<NewPromptImport, PromptImportDetail> = {
  name: "prompt-imports",
  page: "/prompts/import",
  read: (importId, signal) =>
    bodyOf(api.GET("/api/prompt-imports/{import_id}/", { params: { path: { import_id: importId } }, signal })),
  open: (wanted) => bodyOf(api.POST("/api/prompt-imports/", { body: wanted })),
  cancel: (importId) =>
    bodyOf(api.POST("/api/prompt-imports/{import_id}/cancel/", { params: { path: { import_id: importId } } })),
  send: (importId) => (position, piece) =>
    done(
      api.PUT("/api/prompt-imports/{import_id}/chunks/{position}/", {
        params: { path: { import_id: importId, position } },
        ...bytesOf(piece),
      }),
    ),
};

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
