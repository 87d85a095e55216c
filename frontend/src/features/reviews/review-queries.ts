import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, bodyOf } from "@/api/client";
import { listQuery } from "@/api/pages";
import type { Review, ReviewRequest, ToReview } from "@/api/research-types";

const REVIEWS = ["reviews"] as const;

export function reviewQueueQuery(project: number | undefined) {
  return listQuery<ToReview>([...REVIEWS, "queue", project], (cursor, signal) =>
    bodyOf(api.GET("/api/reviews/queue/", { params: { query: { project, cursor } }, signal })),
  );
}

export function decidedReviewsQuery(project: number | undefined) {
  return listQuery<Review>([...REVIEWS, "decided", project], (cursor, signal) =>
    bodyOf(api.GET("/api/reviews/", { params: { query: { project, cursor } }, signal })),
  );
}

export const projectsToReviewQuery = queryOptions({
  queryKey: [...REVIEWS, "projects"],
  queryFn: ({ signal }) => bodyOf(api.GET("/api/reviews/projects/", { signal })),
});

/** Stores one verdict; the same one sent again is stored once. */
export function useReview(demonstrationId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: ReviewRequest) =>
      bodyOf(
        api.POST("/api/demonstrations/{demonstration_id}/review/", {
          params: { path: { demonstration_id: demonstrationId } },
          body,
        }),
      ),
    // Not awaited: the list without this answer would take the desk away before it can say whose
    // answer it was, and before it forgets the kept comment.
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: REVIEWS });
    },
  });
}
