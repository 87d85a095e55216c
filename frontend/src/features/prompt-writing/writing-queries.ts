import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api, bodyOf, done } from "@/api/client";
import { listQuery } from "@/api/pages";
import type { FewShotSet, TaskDescription, WrittenPrompt } from "@/api/types";

const WRITTEN = ["written-prompts"] as const;
const DESCRIPTIONS = ["task-descriptions"] as const;

export const writtenPromptsQuery = listQuery<WrittenPrompt>(WRITTEN, (cursor, signal) =>
  bodyOf(api.GET("/api/written-prompts/", { params: { query: { cursor } }, signal })),
);

export function descriptionsQuery(whose: "mine" | "others") {
  return listQuery<TaskDescription>([...DESCRIPTIONS, whose], (cursor, signal) =>
    bodyOf(api.GET("/api/task-descriptions/", { params: { query: { whose, cursor } }, signal })),
  );
}

export interface NewPrompt {
  kind: "labeler_plain" | "labeler_user_based";
  text: string;
  category: string | null;
  description: number | null;
}

export function useWritePrompt() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (prompt: NewPrompt) =>
      bodyOf(
        api.POST("/api/written-prompts/", {
          // The categories come from the catalogue, which lists those that the server takes.
          body: prompt as NewPrompt & { category: WrittenPrompt["category"] },
        }),
      ),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: WRITTEN });
      await queryClient.invalidateQueries({ queryKey: DESCRIPTIONS });
    },
  });
}

export function useWriteSet() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (set: FewShotSet) => bodyOf(api.POST("/api/few-shot-sets/", { body: set })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: WRITTEN }),
  });
}

/** The examples that a set would be stored as; nothing is stored. */
export function usePreviewSet() {
  return useMutation({
    mutationFn: (set: FewShotSet) => bodyOf(api.POST("/api/few-shot-sets/preview/", { body: set })),
  });
}

export function useDescribe() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (text: string) => bodyOf(api.POST("/api/task-descriptions/", { body: { text } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: DESCRIPTIONS }),
  });
}

export function useWithdraw() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: number) =>
      done(
        api.POST("/api/task-descriptions/{description_id}/withdraw/", {
          params: { path: { description_id: id } },
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: DESCRIPTIONS }),
  });
}
