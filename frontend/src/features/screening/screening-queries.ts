import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, bodyOf, done } from "@/api/client";
import { labelingProjectsQuery } from "@/api/labeling";
import { listQuery } from "@/api/pages";
import { ownScreeningQuery } from "@/api/screening";
import type {
  Candidate,
  ConsentVersion,
  Decision,
  Declaration,
  DemonstrationToGrade,
  NewConsent,
  NewScreening,
  Screening,
  ScreeningChange,
  TextToFlag,
} from "@/api/screening-types";

export const consentQuery = queryOptions({
  queryKey: ["consent"],
  queryFn: ({ signal }) => bodyOf(api.GET("/api/consent/", { signal })),
});

export function useAgree() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (version: number) => done(api.POST("/api/consent/", { body: { version } })),
    // A newer version may have come while this one was read.
    onSettled: () => queryClient.invalidateQueries({ queryKey: consentQuery.queryKey }),
  });
}

export const consentVersionsQuery = listQuery<ConsentVersion>(["consent-versions"], (cursor, signal) =>
  bodyOf(api.GET("/api/consent/versions/", { params: { query: { cursor } }, signal })),
);

export function usePublishConsent() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (consent: NewConsent) => bodyOf(api.POST("/api/consent/versions/", { body: consent })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: consentVersionsQuery.queryKey }),
  });
}

/** The texts of one's own screening, or as an expert those of any. */
export function textsQuery(screeningId: number | null) {
  return queryOptions({
    queryKey: ["screening", "texts", screeningId],
    queryFn: ({ signal }): Promise<TextToFlag[]> =>
      screeningId === null
        ? bodyOf(api.GET("/api/screening/texts/", { signal }))
        : bodyOf(
            api.GET("/api/screenings/{screening_id}/texts/", {
              params: { path: { screening_id: screeningId } },
              signal,
            }),
          ),
    staleTime: Infinity,
  });
}

export function flagText(textId: number, isSensitive: boolean): Promise<void> {
  return done(
    api.PUT("/api/screening/texts/{item_id}/", {
      params: { path: { item_id: textId } },
      body: { is_sensitive: isSensitive },
    }),
  );
}

export function useDeclare() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (declaration: Declaration) =>
      bodyOf(api.PUT("/api/screening/declaration/", { body: declaration })),
    onSuccess: (screening) => queryClient.setQueryData(ownScreeningQuery.queryKey, screening),
  });
}

export function useHandIn() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => bodyOf(api.POST("/api/screening/submit/")),
    onSuccess: (screening) => {
      queryClient.setQueryData(ownScreeningQuery.queryKey, screening);
      void queryClient.invalidateQueries({ queryKey: labelingProjectsQuery.queryKey });
    },
  });
}

export const screeningsQuery = listQuery<Screening>(["screenings", "list"], (cursor, signal) =>
  bodyOf(api.GET("/api/screenings/", { params: { query: { cursor } }, signal })),
);

export function screeningQuery(screeningId: number) {
  return queryOptions({
    queryKey: ["screenings", screeningId],
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET("/api/screenings/{screening_id}/", {
          params: { path: { screening_id: screeningId } },
          signal,
        }),
      ),
  });
}

export function useOpenScreening() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (screening: NewScreening) => bodyOf(api.POST("/api/screenings/", { body: screening })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["screenings"] }),
  });
}

export function useChangeScreening(screeningId: number) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (change: ScreeningChange) =>
      bodyOf(
        api.PATCH("/api/screenings/{screening_id}/", {
          params: { path: { screening_id: screeningId } },
          body: change,
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["screenings"] }),
  });
}

export function candidatesQuery(screeningId: number) {
  return listQuery<Candidate>(["screenings", screeningId, "candidates"], (cursor, signal) =>
    bodyOf(
      api.GET("/api/screenings/{screening_id}/candidates/", {
        params: { path: { screening_id: screeningId }, query: { cursor } },
        signal,
      }),
    ),
  );
}

export function candidateQuery(candidacyId: string) {
  return queryOptions({
    queryKey: ["candidates", candidacyId],
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET("/api/candidates/{candidacy_id}/", {
          params: { path: { candidacy_id: candidacyId } },
          signal,
        }),
      ),
  });
}

export function useDecide(candidacyId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (decision: Decision) =>
      bodyOf(
        api.POST("/api/candidates/{candidacy_id}/decision/", {
          params: { path: { candidacy_id: candidacyId } },
          body: decision,
        }),
      ),
    onSuccess: (candidate) => {
      queryClient.setQueryData(candidateQuery(candidacyId).queryKey, candidate);
      void queryClient.invalidateQueries({ queryKey: ["screenings"] });
    },
    // Somebody else may have decided meanwhile.
    onError: () => queryClient.invalidateQueries({ queryKey: ["candidates", candidacyId] }),
  });
}

export function demonstrationsToGradeQuery(screeningId: number) {
  return listQuery<DemonstrationToGrade>(["screenings", screeningId, "grading"], (cursor, signal) =>
    bodyOf(
      api.GET("/api/screenings/{screening_id}/demonstrations/", {
        params: { path: { screening_id: screeningId }, query: { cursor } },
        signal,
      }),
    ),
  );
}

export function useGrade(screeningId: number) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ id, grade }: { id: string; grade: number }) =>
      done(
        api.PUT("/api/demonstrations/{demonstration_id}/grade/", {
          params: { path: { demonstration_id: id } },
          body: { grade },
        }),
      ),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["screenings", screeningId] }),
  });
}
