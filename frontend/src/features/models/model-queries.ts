import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { api, bodyOf } from "@/api/client";
import { modelVersionsQuery } from "@/api/model-versions";
import type { PromotionRequest } from "@/api/training-types";

export function modelVersionQuery(modelId: string) {
  return queryOptions({
    queryKey: ["model-versions", modelId],
    queryFn: ({ signal }) =>
      bodyOf(api.GET("/api/model-versions/{model_version_id}/", { params: { path: { model_version_id: modelId } }, signal })),
    // A model version never changes; its stage is read with its promotions.
    staleTime: Infinity,
  });
}

export function promotionsQuery(modelId: string) {
  return queryOptions({
    queryKey: ["promotions", modelId],
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET("/api/model-versions/{model_version_id}/promotions/", {
          params: { path: { model_version_id: modelId } },
          signal,
        }),
      ),
  });
}

export type Decision = { promote: PromotionRequest } | { rollBack: string };

/** Promotes a version or takes its promotion back; others of its kind change with it. */
export function usePromote(modelId: string) {
  const queryClient = useQueryClient();
  const params = { path: { model_version_id: modelId } };
  return useMutation({
    mutationFn: (decision: Decision) =>
      "promote" in decision
        ? bodyOf(
            api.POST("/api/model-versions/{model_version_id}/promotions/", {
              params,
              body: decision.promote,
            }),
          )
        : bodyOf(
            api.POST("/api/model-versions/{model_version_id}/roll-back/", {
              params,
              body: { reason: decision.rollBack },
            }),
          ),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["promotions"] });
      await queryClient.invalidateQueries({ queryKey: modelVersionsQuery.queryKey });
    },
  });
}

export interface LocalModel {
  name: string;
  path: string;
  licence: string;
  /** Who made it, as its makers call it; the folder's name otherwise. */
  source: string;
}

export function useRegisterModel() {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (model: LocalModel) => bodyOf(api.POST("/api/model-versions/", { body: model })),
    onSuccess: async (model) => {
      await queryClient.invalidateQueries({ queryKey: modelVersionsQuery.queryKey });
      await navigate(`/models/${model.id}`);
    },
  });
}
