import { queryOptions } from "@tanstack/react-query";

import { api, bodyOf } from "@/api/client";

export function rankingQuery(rankingId: string) {
  return queryOptions({
    queryKey: ["rankings", rankingId],
    queryFn: ({ signal }) =>
      bodyOf(api.GET("/api/rankings/{ranking_id}/", { params: { path: { ranking_id: rankingId } }, signal })),
  });
}

/** Every snapshot that holds the ranking, every model that was made from one of them. */
export function rankingLineageQuery(rankingId: string) {
  return queryOptions({
    queryKey: ["rankings", rankingId, "lineage"],
    queryFn: ({ signal }) =>
      bodyOf(api.GET("/api/lineage/rankings/{ranking_id}/", { params: { path: { ranking_id: rankingId } }, signal })),
  });
}
