import { queryOptions } from "@tanstack/react-query";

import { historyQuery } from "@/api/assignments";
import { api, bodyOf } from "@/api/client";
import { listQuery } from "@/api/pages";
import type { HistoryEntry, OwnAnswer } from "@/api/types";

export interface HistoryFilters {
  project?: number;
  state?: HistoryEntry["state"];
}

/** All of it, page by page. */
export function historyListQuery(filters: HistoryFilters) {
  return listQuery<HistoryEntry>([...historyQuery.queryKey, "list", filters], (cursor, signal) =>
    bodyOf(api.GET("/api/assignments/history/", { params: { query: { ...filters, cursor } }, signal })),
  );
}

export function ownAnswerQuery(assignmentId: string) {
  return queryOptions<OwnAnswer>({
    queryKey: ["labeling", "own-answer", assignmentId],
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET("/api/assignments/{assignment_id}/answer/", {
          params: { path: { assignment_id: assignmentId } },
          signal,
        }),
      ),
  });
}
