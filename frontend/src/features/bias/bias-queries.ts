import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { chosen } from "@/api/chosen";
import { api, bodyOf } from "@/api/client";
import { listQuery } from "@/api/pages";
import type { BiasFigure, LeakSight, RankingBehindBias, ToldCompletion } from "@/api/research-types";
import { numberIn, scopeOf } from "@/api/scope";
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

/** The rankings that a figure counts pairs of, newest first. */
export function behindQuery(scope: Scope, figure: string) {
  const query = { ...scopeOf(scope), figure: chosen<BiasFigure>(figure) ?? "first_shown" };
  return listQuery<RankingBehindBias>(["bias", "rankings", query], (cursor, signal) =>
    bodyOf(api.GET("/api/bias/rankings/", { params: { query: { ...query, cursor } }, signal })),
  );
}

/** The completions behind a figure about what shows, those of the newest prompts first. */
export function toldQuery(filters: Scope & Record<"sight" | "source", string>) {
  const query = {
    ...scopeOf(filters),
    sight: chosen<LeakSight>(filters.sight),
    source: numberIn(filters.source),
  };
  return listQuery<ToldCompletion>(["bias", "completions", query], (cursor, signal) =>
    bodyOf(api.GET("/api/bias/leak/completions/", { params: { query: { ...query, cursor } }, signal })),
  );
}
