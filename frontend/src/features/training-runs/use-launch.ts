import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { api, bodyOf } from "@/api/client";
import { ApiError } from "@/api/errors";
import type { RunRequest } from "@/api/training-types";

/** What the server would say to a request, without storing anything. */
export function runCheckQuery(request: RunRequest) {
  return queryOptions({
    queryKey: ["runs", "check", request],
    queryFn: ({ signal }) => bodyOf(api.POST("/api/runs/check/", { body: request, signal })),
    placeholderData: keepPreviousData,
  });
}

export function useLaunch() {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (request: RunRequest) => bodyOf(api.POST("/api/runs/", { body: request })),
    onSuccess: async (run) => {
      await queryClient.invalidateQueries({ queryKey: ["runs", "list"] });
      await navigate(`/runs/${run.id}`);
    },
  });
}

/** The server's messages about fields of one family, such as `inputs`, by the field's own name. */
export function fieldMessages(error: unknown, family: "inputs" | "hyperparameters"): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  const entries = Object.entries(error.fields).filter(([name]) => name.startsWith(`${family}.`));
  return Object.fromEntries(
    entries.map(([name, messages]) => [name.slice(family.length + 1), messages.join(" ")]),
  );
}
