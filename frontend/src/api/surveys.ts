import { queryOptions } from "@tanstack/react-query";

import { api, bodyOf, done } from "./client";
import type { Survey, SurveyAnswers, SurveyName } from "./types";

export const surveysQuery = queryOptions<Survey[]>({
  queryKey: ["surveys"],
  queryFn: ({ signal }) => bodyOf(api.GET("/api/surveys/", { signal })),
  staleTime: 5 * 60_000,
});

export const surveyResultsQuery = queryOptions({
  queryKey: ["surveys", "results"],
  queryFn: ({ signal }) => bodyOf(api.GET("/api/surveys/results/", { signal })),
});

export function takePart(survey: SurveyName, answers: SurveyAnswers): Promise<void> {
  return done(
    api.POST("/api/surveys/{survey}/responses/", { params: { path: { survey } }, body: { answers } }),
  );
}
