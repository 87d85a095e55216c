import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { chosen } from "@/api/chosen";
import { api, bodyOf } from "@/api/client";
import type { Pool } from "@/api/research-types";

export interface BiasFilters {
  project: string;
  pool: string;
  simulated: string;
}

function asked({ project, pool, simulated }: BiasFilters) {
  return {
    project: project === "" ? undefined : Number(project),
    pool: chosen<Pool>(pool),
    include_simulated: simulated === "yes" ? true : undefined,
  };
}

export function biasQuery(filters: BiasFilters) {
  const query = asked(filters);
  return queryOptions({
    queryKey: ["bias", query],
    queryFn: ({ signal }) => bodyOf(api.GET("/api/bias/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

/** Takes a second or two on the server, so it is asked for apart from the rest. */
export function leakQuery(filters: BiasFilters) {
  const query = asked(filters);
  return queryOptions({
    queryKey: ["bias", "leak", query],
    queryFn: ({ signal }) => bodyOf(api.GET("/api/bias/leak/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
    staleTime: 300_000,
  });
}
