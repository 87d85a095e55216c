import { queryOptions } from "@tanstack/react-query";

import { api, bodyOf } from "@/api/client";
import type { LogPage } from "@/api/training-types";

const LIVE_EVERY_MS = 2_000;
const MAX_PAGES = 50;
const MAX_CHARACTERS = 400_000;

export interface KnownLog {
  text: string;
  next_offset: number | undefined;
  /** Whether the beginning is missing, here or on the server. */
  is_cut: boolean;
}

const NOTHING: KnownLog = { text: "", next_offset: undefined, is_cut: false };

/** Adds what was written since last time; the oldest lines go when it grows too long to show. */
export async function withNewerLines(
  known: KnownLog,
  fetchAfter: (after: number | undefined) => Promise<LogPage>,
): Promise<KnownLog> {
  let { text, next_offset: next, is_cut: isCut } = known;
  for (let count = 0; count < MAX_PAGES; count += 1) {
    const page = await fetchAfter(next);
    text += page.text;
    isCut ||= page.truncated;
    if (page.text === "" || page.next_offset === next) break;
    next = page.next_offset;
  }
  if (text.length > MAX_CHARACTERS) {
    const start = text.indexOf("\n", text.length - MAX_CHARACTERS) + 1;
    text = text.slice(start);
    isCut = true;
  }
  return { text, next_offset: next, is_cut: isCut };
}

export function runLogQuery(runId: string, isLive: boolean) {
  const queryKey = ["runs", "log", runId] as const;
  return queryOptions({
    queryKey,
    queryFn: ({ client, signal }) =>
      withNewerLines(client.getQueryData<KnownLog>(queryKey) ?? NOTHING, (after) =>
        bodyOf(
          api.GET("/api/runs/{run_id}/log/", {
            params: { path: { run_id: runId }, query: { after } },
            signal,
          }),
        ),
      ),
    refetchInterval: isLive ? LIVE_EVERY_MS : false,
    structuralSharing: false,
  });
}
