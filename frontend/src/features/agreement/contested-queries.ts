import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { chosen } from "@/api/chosen";
import { api, bodyOf } from "@/api/client";
import type { AdjudicationRequest, LabelersQuestion } from "@/api/research-types";
import { numberIn } from "@/api/scope";

import { selectionOf } from "./agreement-query";
import type { Filters } from "./agreement-query";

const CONTESTED = ["contested-prompts"] as const;

export interface Place {
  project_id: number;
  prompt_id: number;
}

export type ContestedOrder = "agreement" | "entropy_traffic";

/** The prompts in an order, over the same choices as the agreement itself. */
export function contestedQuery({ tenth, order, ...filters }: Filters & { tenth: string; order: string }) {
  const query = { ...selectionOf(filters), tenth: numberIn(tenth), order: chosen<ContestedOrder>(order) };
  return queryOptions({
    queryKey: [...CONTESTED, "list", query],
    queryFn: ({ signal }) => bodyOf(api.GET("/api/contested-prompts/", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function contestedPromptQuery(place: Place) {
  return queryOptions({
    queryKey: [...CONTESTED, place.project_id, place.prompt_id],
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET("/api/contested-prompts/{project_id}/{prompt_id}/", { params: { path: place }, signal }),
      ),
  });
}

function useDecision<Variables>(decide: (variables: Variables) => Promise<unknown>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: decide,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: CONTESTED }),
  });
}

/** Stores the order that settles the prompt; an earlier one is superseded. */
export function useAdjudicate(place: Place) {
  return useDecision((body: AdjudicationRequest) =>
    bodyOf(
      api.POST("/api/contested-prompts/{project_id}/{prompt_id}/adjudication/", {
        params: { path: place },
        body,
      }),
    ),
  );
}

/** Asks each labeler who can be asked about their own order. */
export function useAskLabelers(place: Place) {
  return useDecision((body: LabelersQuestion) =>
    bodyOf(
      api.POST("/api/contested-prompts/{project_id}/{prompt_id}/questions/", {
        params: { path: place },
        body,
      }),
    ),
  );
}

/** Takes the prompt out of training and statistics. */
export function useExclude(place: Place) {
  return useDecision((reason: string) =>
    bodyOf(
      api.POST("/api/contested-prompts/{project_id}/{prompt_id}/exclusion/", {
        params: { path: place },
        body: { reason },
      }),
    ),
  );
}

export function useLiftExclusion(place: Place) {
  return useDecision(() =>
    bodyOf(
      api.DELETE("/api/contested-prompts/{project_id}/{prompt_id}/exclusion/", {
        params: { path: place },
      }),
    ),
  );
}
