import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { chosen } from "@/api/chosen";
import { api, bodyOf } from "@/api/client";
import type { Pool } from "@/api/research-types";

export interface AgreementFilters {
  project: string;
  pool: string;
  simulated: string;
  overlap: string;
}

/** The agreement over sealed rankings; what is not filtered is not said. */
export function agreementQuery({ project, pool, simulated, overlap }: AgreementFilters) {
  const query = {
    project: project === "" ? undefined : Number(project),
    pool: chosen<Pool>(pool),
    include_simulated: simulated === "yes" ? true : undefined,
    min_overlap: overlap === "" ? undefined : Number(overlap),
  };
  return queryOptions({
    queryKey: ["agreement", query],
    queryFn: ({ signal }) => bodyOf(api.GET("/api/agreement/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}
