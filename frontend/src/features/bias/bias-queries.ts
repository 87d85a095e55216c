import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { api, bodyOf } from "@/api/client";
import { scopeOf } from "@/api/scope";
import type { Scope } from "@/api/scope";

export function biasQuery(scope: Scope) {
  const query = scopeOf(scope);
  return queryOptions({
    queryKey: ["bias", query],
    queryFn: ({ signal }) => bodyOf(api.GET("/api/bias/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

/** Takes a second or two on the server, so it is asked for apart from the rest. */
export function leakQuery(scope: Scope) {
  const query = scopeOf(scope);
  return queryOptions({
    queryKey: ["bias", "leak", query],
    queryFn: ({ signal }) => bodyOf(api.GET("/api/bias/leak/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
    staleTime: 300_000,
  });
}
