import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { api, bodyOf } from "@/api/client";
import { modelVersionsQuery } from "@/api/model-versions";

export function modelVersionQuery(modelId: string) {
  return queryOptions({
    queryKey: ["model-versions", modelId],
    queryFn: ({ signal }) =>
      bodyOf(api.GET("/api/model-versions/{model_version_id}/", { params: { path: { model_version_id: modelId } }, signal })),
    // A model version never changes.
    staleTime: Infinity,
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
