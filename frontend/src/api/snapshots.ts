import { queryOptions } from "@tanstack/react-query";

import { api, bodyOf } from "./client";
import { allRows } from "./pages";

const EVERY = 200;

export const snapshotsQuery = queryOptions({
  queryKey: ["snapshots"],
  queryFn: ({ signal }) =>
    allRows((cursor) =>
      bodyOf(api.GET("/api/snapshots/", { params: { query: { cursor, limit: EVERY } }, signal })),
    ),
});
