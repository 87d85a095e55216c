import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { api, bodyOf } from "@/api/client";
import { ApiError } from "@/api/errors";
import type { RunRequest, SweepRequest } from "@/api/training-types";

/** One run, or one run for each value of what a sweep varies. */
export type Launched = { run: RunRequest } | { sweep: SweepRequest };

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
    mutationFn: async (launched: Launched) => {
      if ("run" in launched) {
        const run = await bodyOf(api.POST("/api/runs/", { body: launched.run }));
        return `/runs/${run.id}`;
      }
      const { sweep } = await bodyOf(api.POST("/api/sweeps/", { body: launched.sweep }));
      return `/sweeps/${sweep.id}`;
    },
    onSuccess: async (address) => {
      await queryClient.invalidateQueries({ queryKey: ["runs", "list"] });
      await queryClient.invalidateQueries({ queryKey: ["sweeps", "list"] });
      await navigate(address);
    },
  });
}

/** The server's words about what a sweep varies, in one sentence; undefined when it has none. */
export function sweepProblem(error: unknown): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const about = Object.entries(error.fields).filter(
    ([name]) => name === "parameter" || name === "values" || name.startsWith("values."),
  );
  return about.length > 0 ? about.flatMap(([, messages]) => messages).join(" ") : undefined;
}

/** What the server says of one field; undefined when it says nothing. */
export function fieldError(error: unknown, field: string): string | undefined {
  return error instanceof ApiError ? error.fields[field]?.join(" ") : undefined;
}

/** The server's messages about fields of one family, such as `inputs`, by the field's own name. */
export function fieldMessages(error: unknown, family: "inputs" | "hyperparameters" | "weights"): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  const entries = Object.entries(error.fields).filter(([name]) => name.startsWith(`${family}.`));
  return Object.fromEntries(
    entries.map(([name, messages]) => [name.slice(family.length + 1), messages.join(" ")]),
  );
}
