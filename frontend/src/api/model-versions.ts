import { queryOptions } from "@tanstack/react-query";

import { api, bodyOf } from "./client";
import { allRows } from "./pages";

const EVERY = 200;

export const modelVersionsQuery = queryOptions({
  queryKey: ["model-versions"],
  queryFn: ({ signal }) =>
    allRows((cursor) =>
      bodyOf(api.GET("/api/model-versions/", { params: { query: { cursor, limit: EVERY } }, signal })),
    ),
});
