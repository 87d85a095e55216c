import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { chosen } from "@/api/chosen";
import { api, bodyOf, done } from "@/api/client";
import { allRows, listQuery } from "@/api/pages";
import type { ApiToken, Invitation, NewApiToken, NewInvitation, Person, PersonChange } from "@/api/research-types";

export interface PeopleFilters {
  role?: string;
  search?: string;
}

export function peopleQuery(filters: PeopleFilters) {
  const query = { ...filters, role: chosen<Person["role"]>(filters.role) };
  return listQuery<Person>(["people", "list", filters], (cursor, signal) =>
    bodyOf(api.GET("/api/people/", { params: { query: { ...query, cursor } }, signal })),
  );
}

export const invitationsQuery = listQuery<Invitation>(["invitations"], (cursor, signal) =>
  bodyOf(api.GET("/api/invitations/", { params: { query: { cursor } }, signal })),
);

/** The screenings somebody can be invited to. */
export const openScreeningsQuery = queryOptions({
  queryKey: ["screenings", "open"],
  queryFn: async () =>
    (
      await allRows((cursor) =>
        bodyOf(api.GET("/api/screenings/", { params: { query: { cursor, limit: 200 } } })),
      )
    ).filter(({ state }) => state === "open"),
});

/** The tokens that still open something: one's own, for an admin everybody's. */
export const tokensQuery = listQuery<ApiToken>(["tokens"], (cursor, signal) =>
  bodyOf(api.GET("/api/tokens/", { params: { query: { cursor, limit: 200 } }, signal })),
);

/** A one-time link as it is sent to a person. */
export function wholeLink(path: string): string {
  return `${window.location.origin}${path}`;
}

// Answers that hold a secret are forgotten as soon as nothing shows them any more.
const FORGET = { gcTime: 0 };

export function useInvite() {
  const queryClient = useQueryClient();
  return useMutation({
    ...FORGET,
    mutationFn: (invitation: NewInvitation) =>
      bodyOf(api.POST("/api/invitations/", { body: invitation })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: invitationsQuery.queryKey }),
  });
}

export function useMakeSignInLink(personId: number) {
  return useMutation({
    ...FORGET,
    mutationFn: () =>
      bodyOf(
        api.POST("/api/people/{person_id}/sign-in-links/", { params: { path: { person_id: personId } } }),
      ),
  });
}

export function useChangePerson(personId: number) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (change: PersonChange) =>
      bodyOf(
        api.PATCH("/api/people/{person_id}/", {
          params: { path: { person_id: personId } },
          body: change,
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["people"] }),
  });
}

export function useMakeToken() {
  const queryClient = useQueryClient();
  return useMutation({
    ...FORGET,
    mutationFn: (token: NewApiToken) => bodyOf(api.POST("/api/tokens/", { body: token })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  });
}

export function useRevokeToken(tokenId: number) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () =>
      done(api.DELETE("/api/tokens/{token_id}/", { params: { path: { token_id: tokenId } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  });
}
