import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { chosen } from "@/api/chosen";
import { api, bodyOf } from "@/api/client";
import { listQuery } from "@/api/pages";
import type { CountedTask } from "@/api/research-types";
import type { operations } from "@/api/schema";
import { numberIn, SCOPE, scopeOf } from "@/api/scope";

export const FILTERS = [...SCOPE, "since", "until", "category", "k", "instructions"] as const;
export type Filter = (typeof FILTERS)[number];
export type Filters = Record<Filter, string>;

type Query = NonNullable<operations["labeler_quality"]["parameters"]["query"]>;

/** The selection as the server reads it; what is not filtered is not said. */
export function selectionOf(filters: Filters): Query {
  return {
    ...scopeOf(filters),
    since: chosen<string>(filters.since),
    until: chosen<string>(filters.until),
    category: chosen<NonNullable<Query["category"]>>(filters.category),
    k: numberIn(filters.k),
    instructions: numberIn(filters.instructions),
  };
}

/** How labelers work, over sealed answers. */
export function qualityQuery(filters: Filters) {
  const query = selectionOf(filters);
  return queryOptions({
    queryKey: ["labeler-quality", query],
    queryFn: ({ signal }) => bodyOf(api.GET("/api/labeler-quality/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

/** The flags of one labeler beside the others, under the same filters. */
export function labelerFlagsQuery(labelerId: number, filters: Filters) {
  const query = selectionOf(filters);
  const path = { labeler_id: labelerId };
  return queryOptions({
    queryKey: ["labeler-flags", labelerId, query],
    queryFn: ({ signal }) =>
      bodyOf(api.GET("/api/labeler-flags/{labeler_id}/", { params: { path, query }, signal })),
  });
}

type TasksQuery = operations["tasks_counted"]["parameters"]["query"];

/** The tasks that a fact counts, the last opened first, each with its part in it. */
export function tasksQuery(filters: Filters & Record<"figure" | "labeler", string>) {
  const query: TasksQuery = {
    ...selectionOf(filters),
    figure: chosen<TasksQuery["figure"]>(filters.figure) ?? "skip_rate",
    labeler: numberIn(filters.labeler),
  };
  return listQuery<CountedTask>(["labeler-quality", "tasks", query], (cursor, signal) =>
    bodyOf(api.GET("/api/labeler-quality/tasks/", { params: { query: { ...query, cursor } }, signal })),
  );
}
