import { queryOptions } from "@tanstack/react-query";

import { api, bodyOf } from "./client";

export const labelingProjectsQuery = queryOptions({
  queryKey: ["labeling", "projects"],
  queryFn: async ({ signal }) => (await bodyOf(api.GET("/api/labeling/projects/", { signal }))).results,
  refetchInterval: 60_000,
});

/** Label items, categories and reasons: fixed for as long as the page is open. */
export const catalogueQuery = queryOptions({
  queryKey: ["catalogue"],
  queryFn: ({ signal }) => bodyOf(api.GET("/api/catalogue/", { signal })),
  staleTime: Infinity,
});
