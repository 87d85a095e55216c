import { queryOptions } from "@tanstack/react-query";

import { api, bodyOf } from "./client";
import { allRows } from "./pages";

const EVERY = 200;

export const projectsQuery = queryOptions({
  queryKey: ["projects"],
  queryFn: ({ signal }) =>
    allRows((cursor) =>
      bodyOf(api.GET("/api/projects/", { params: { query: { cursor, limit: EVERY } }, signal })),
    ),
});

/** Who and what wrote the completions that are stored. */
export const completionSourcesQuery = queryOptions({
  queryKey: ["completion-sources"],
  queryFn: ({ signal }) =>
    allRows((cursor) =>
      bodyOf(
        api.GET("/api/completion-sources/", { params: { query: { cursor, limit: EVERY } }, signal }),
      ),
    ),
});
