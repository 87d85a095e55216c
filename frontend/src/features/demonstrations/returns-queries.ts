import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, bodyOf, done } from "@/api/client";
import { listQuery } from "@/api/pages";
import type { KeptDraft, ReturnedAnswer } from "@/api/types";

const RETURNS = ["labeling", "returns"] as const;

export const returnsQuery = listQuery<ReturnedAnswer>([...RETURNS, "list"], (cursor, signal) =>
  bodyOf(api.GET("/api/returns/", { params: { query: { cursor } }, signal })),
);

export const unreadReturnsQuery = queryOptions({
  queryKey: [...RETURNS, "unread"],
  queryFn: async ({ signal }) =>
    (await bodyOf(api.GET("/api/returns/", { params: { query: { limit: 1 } }, signal }))).num_unread,
});

/** The latest return of one task; null where it was never returned. */
export function returnOfQuery(assignment: string) {
  return queryOptions({
    queryKey: [...RETURNS, "of", assignment],
    queryFn: async ({ signal }) => {
      const page = await bodyOf(
        api.GET("/api/returns/", { params: { query: { assignment, limit: 1 } }, signal }),
      );
      return page.results[0] ?? null;
    },
    staleTime: 60_000,
  });
}

export function useMarkRead() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (reviewId: number) =>
      done(api.POST("/api/returns/{review_id}/read/", { params: { path: { review_id: reviewId } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: RETURNS }),
  });
}

export const keptDraftsQuery = listQuery<KeptDraft>(["labeling", "drafts"], (cursor, signal) =>
  bodyOf(api.GET("/api/assignments/drafts/", { params: { query: { cursor } }, signal })),
);
