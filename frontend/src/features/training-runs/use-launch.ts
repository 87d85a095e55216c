import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useNavigate } from "react-router";

import { api, bodyOf } from "@/api/client";
import { ApiError } from "@/api/errors";
import type { FieldMessages } from "@/api/errors";
import type { RunRequest, SweepRequest } from "@/api/training-types";

import type { LaunchRequest } from "./launch-choices";

/** One run, or one run for each value of what a sweep varies. */
export type Launched = { run: RunRequest } | { sweep: SweepRequest };

const CHECK_AFTER_MS = 400;

/** What the server would say to a request, without storing anything. */
function runCheckQuery(request: LaunchRequest) {
  return queryOptions({
    queryKey: ["runs", "check", request],
    queryFn: ({ signal }) => bodyOf(api.POST("/api/runs/check/", { body: request, signal })),
    placeholderData: keepPreviousData,
  });
}

/** The same as soon as nothing has changed for a moment, with the request that it is about. */
export function useRunCheck(request: LaunchRequest) {
  // Compared as text: every drawing of a form makes an equal request anew.
  const [settled] = useDebouncedValue(JSON.stringify(request), CHECK_AFTER_MS);
  const about = useMemo(() => JSON.parse(settled) as LaunchRequest, [settled]);
  return { check: useQuery(runCheckQuery(about)), about };
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

/** What the server has against the fields of a request, in the error that refused it. */
export function refusedFields(error: unknown): FieldMessages {
  return error instanceof ApiError ? error.fields : {};
}

/** Whether it is this request that was sent, and not one of before something was changed. */
export function isAsSent(sent: Launched | undefined, request: LaunchRequest): boolean {
  if (!sent) return false;
  const asked: Partial<RunRequest> = "run" in sent ? sent.run : sent.sweep;
  const parts = [
    "name",
    "seed",
    "inputs",
    "hyperparameters",
    "weights",
    "evaluations",
    "prompt_query",
  ] as const;
  return parts.every((part) => JSON.stringify(asked[part]) === JSON.stringify(request[part]));
}

/** The server's words about what a sweep varies, in one text; undefined when it has none. */
export function sweepProblem(error: unknown): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const about = Object.entries(error.fields).filter(
    ([name]) => name === "parameter" || name === "values" || name.startsWith("values."),
  );
  return about.length > 0 ? inSentences(about.flatMap(([, messages]) => messages)) : undefined;
}

/** The messages about the fields of one family, such as `inputs`, by the field's own name. */
export function fieldMessages(
  fields: FieldMessages,
  family: "inputs" | "hyperparameters" | "weights",
): Record<string, string> {
  const entries = Object.entries(fields).filter(([name]) => name.startsWith(`${family}.`));
  return Object.fromEntries(
    entries.map(([name, messages]) => [name.slice(family.length + 1), inSentences(messages)]),
  );
}

/** The messages about a field and its parts, such as `prompt_query`; undefined when it has none. */
export function messagesOf(fields: FieldMessages, name: string): string | undefined {
  const about = Object.entries(fields).filter(
    ([field]) => field === name || field.startsWith(`${name}.`),
  );
  return about.length > 0 ? inSentences(about.flatMap(([, messages]) => messages)) : undefined;
}

/** Messages begin small where they follow the name of their field; beside it they are sentences. */
function inSentences(messages: string[]): string {
  return messages
    .map((message) => {
      const text = message.charAt(0).toUpperCase() + message.slice(1);
      return /[.!?]$/.test(text) ? text : `${text}.`;
    })
    .join(" ");
}
