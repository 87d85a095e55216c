import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { api, bodyOf } from "@/api/client";

export interface QualityFilters {
  project: string;
  simulated: string;
}

/** How labelers work, over sealed answers; what is not filtered is not said. */
export function qualityQuery({ project, simulated }: QualityFilters) {
  const query = {
    project: project === "" ? undefined : Number(project),
    include_simulated: simulated === "yes" ? true : undefined,
  };
  return queryOptions({
    queryKey: ["labeler-quality", query],
    queryFn: ({ signal }) => bodyOf(api.GET("/api/labeler-quality/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}
