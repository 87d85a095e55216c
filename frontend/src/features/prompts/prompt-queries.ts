import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { chosen } from "@/api/chosen";
import { api, bodyOf } from "@/api/client";
import { listQuery } from "@/api/pages";
import type { Category, Prompt, PromptToReview, Split } from "@/api/research-types";

export interface PromptFilters {
  category?: string;
  split?: Split;
  standing?: string;
  personal_data?: string;
  language?: string;
  is_too_long?: boolean;
  search?: string;
}

export function promptsQuery(filters: PromptFilters) {
  const query = {
    ...filters,
    category: chosen<Category>(filters.category),
    standing: chosen<Prompt["standing"]>(filters.standing),
    personal_data: chosen<Prompt["personal_data"]>(filters.personal_data),
  };
  return listQuery<Prompt>(["prompts", "list", filters], (cursor, signal) =>
    bodyOf(api.GET("/api/prompts/", { params: { query: { ...query, cursor } }, signal })),
  );
}

export const promptSummaryQuery = queryOptions({
  queryKey: ["prompts", "summary"],
  queryFn: ({ signal }) => bodyOf(api.GET("/api/prompts/summary/", { signal })),
});

export function promptQuery(promptId: number) {
  return queryOptions({
    queryKey: ["prompts", promptId],
    queryFn: ({ signal }) =>
      bodyOf(api.GET("/api/prompts/{prompt_id}/", { params: { path: { prompt_id: promptId } }, signal })),
  });
}

/** What reward models think of the prompt's completions, the newest model first. */
export function promptRewardsQuery(promptId: number) {
  return queryOptions({
    queryKey: ["prompts", promptId, "rewards"],
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET("/api/prompts/{prompt_id}/rewards/", { params: { path: { prompt_id: promptId } }, signal }),
      ),
  });
}

/** Prompts in which personal data was found and nobody has decided, the oldest first. */
export const promptsToReviewQuery = listQuery<PromptToReview>(["prompts", "to-review"], (cursor, signal) =>
  bodyOf(api.GET("/api/prompts/personal-data/", { params: { query: { cursor } }, signal })),
);

export interface Annotation {
  category: Category | null;
  flags: Record<string, boolean | null>;
}

export function useAnnotatePrompt(promptId: number) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (annotation: Annotation) =>
      bodyOf(
        api.PUT("/api/prompts/{prompt_id}/annotation/", {
          params: { path: { prompt_id: promptId } },
          body: annotation,
        }),
      ),
    onSuccess: async (prompt) => {
      queryClient.setQueryData(promptQuery(promptId).queryKey, prompt);
      await queryClient.invalidateQueries({ queryKey: ["prompts", "list"] });
    },
  });
}

/** Decides about one prompt; the queue is left as it is, so that nobody loses their place. */
export function useReviewPersonalData() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ promptId, isPersonal }: { promptId: number; isPersonal: boolean }) =>
      bodyOf(
        api.PUT("/api/prompts/{prompt_id}/personal-data/", {
          params: { path: { prompt_id: promptId } },
          body: { is_personal: isPersonal },
        }),
      ),
    onSuccess: async (prompt) => {
      queryClient.setQueryData(promptQuery(prompt.id).queryKey, prompt);
      await queryClient.invalidateQueries({ queryKey: ["prompts", "list"] });
      await queryClient.invalidateQueries({ queryKey: promptSummaryQuery.queryKey });
    },
  });
}
