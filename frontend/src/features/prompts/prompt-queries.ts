import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { chosen } from "@/api/chosen";
import { api, bodyOf } from "@/api/client";
import { listQuery } from "@/api/pages";
import type { Category, Prompt, Split } from "@/api/research-types";

export interface PromptFilters {
  category?: string;
  split?: Split;
  search?: string;
}

export function promptsQuery(filters: PromptFilters) {
  const query = { ...filters, category: chosen<Category>(filters.category) };
  return listQuery<Prompt>(["prompts", "list", filters], (cursor, signal) =>
    bodyOf(api.GET("/api/prompts/", { params: { query: { ...query, cursor } }, signal })),
  );
}

export function promptQuery(promptId: number) {
  return queryOptions({
    queryKey: ["prompts", promptId],
    queryFn: ({ signal }) =>
      bodyOf(api.GET("/api/prompts/{prompt_id}/", { params: { path: { prompt_id: promptId } }, signal })),
  });
}

export interface PromptFile {
  lines: string;
  isDryRun: boolean;
}

/** Sends JSON Lines as they are; a dry run reports on every line and stores nothing. */
export function useImportPrompts() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ lines, isDryRun }: PromptFile) =>
      bodyOf(
        api.POST("/api/prompts/import/", {
          params: { query: { dry_run: isDryRun } },
          body: lines,
          bodySerializer: (body) => body,
          headers: { "Content-Type": "application/jsonl" },
        }),
      ),
    onSuccess: async (report) => {
      if (report.dry_run) return;
      await queryClient.invalidateQueries({ queryKey: ["prompts"] });
      await queryClient.invalidateQueries({ queryKey: ["overview"] });
    },
  });
}
