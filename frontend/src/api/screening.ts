import { queryOptions } from "@tanstack/react-query";

import { api, bodyOf } from "./client";

/** The caller's own way through a screening; the candidacy is null for who was invited without. */
export const ownScreeningQuery = queryOptions({
  queryKey: ["screening", "own"],
  queryFn: ({ signal }) => bodyOf(api.GET("/api/screening/", { signal })),
});
