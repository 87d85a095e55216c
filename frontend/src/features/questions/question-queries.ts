import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api, bodyOf } from "@/api/client";
import { ownWorkQuery } from "@/api/labeling";
import { listQuery } from "@/api/pages";
import type { NewQuestion, Question, RankingQuestion } from "@/api/types";

const ALL = ["questions"] as const;

export interface QuestionFilters {
  project?: number;
  search?: string;
  isAnswered?: boolean;
}

export function questionsQuery({ project, search, isAnswered }: QuestionFilters) {
  const query = { project, search: search || undefined, is_answered: isAnswered };
  return listQuery<Question>([...ALL, query], (cursor, signal) =>
    bodyOf(api.GET("/api/questions/", { params: { query: { ...query, cursor } }, signal })),
  );
}

export function useAsk() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (question: NewQuestion) => bodyOf(api.POST("/api/questions/", { body: question })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ALL }),
  });
}

export function useAnswer(questionId: number) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (text: string) =>
      bodyOf(
        api.POST("/api/questions/{question_id}/answers/", {
          params: { path: { question_id: questionId } },
          body: { text },
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ALL }),
  });
}

/** What researchers ask about one's own rankings, the latest first. */
export const rankingQuestionsQuery = listQuery<RankingQuestion>([...ALL, "about-mine"], (cursor, signal) =>
  bodyOf(api.GET("/api/ranking-questions/", { params: { query: { cursor } }, signal })),
);

export function useAnswerAboutMine(questionId: number) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (text: string) =>
      bodyOf(
        api.POST("/api/ranking-questions/{question_id}/answer/", {
          params: { path: { question_id: questionId } },
          body: { text },
        }),
      ),
    onSuccess: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: rankingQuestionsQuery.queryKey }),
        queryClient.invalidateQueries({ queryKey: ownWorkQuery.queryKey }),
      ]),
  });
}
