import { queryOptions } from "@tanstack/react-query";

import { api, bodyOf } from "@/api/client";

export const overviewQuery = queryOptions({
  queryKey: ["overview"],
  queryFn: ({ signal }) => bodyOf(api.GET("/api/overview/", { signal })),
  refetchInterval: 30_000,
});
