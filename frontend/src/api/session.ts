import { queryOptions } from "@tanstack/react-query";
import { createContext, useContext } from "react";

import { api, bodyOf } from "./client";
import type { Role, Session, User } from "./types";

export const sessionQuery = queryOptions<Session>({
  queryKey: ["session"],
  queryFn: ({ signal }) => bodyOf(api.GET("/api/session/", { signal })),
  staleTime: 5 * 60_000,
});

/** Filled by the sign-in gate, so that no page behind it can be drawn without a person. */
export const SignedInUser = createContext<User | null>(null);

/** The signed-in person. Only pages behind the sign-in gate may call it. */
export function useSignedInUser(): User {
  const user = useContext(SignedInUser);
  if (!user) throw new Error("useSignedInUser was called outside the signed-in pages");
  return user;
}

const LEVEL: Record<Role, number> = { labeler: 0, researcher: 1, admin: 2 };

/** Whether a role may do what another role may: an admin may do what a researcher may. */
export function isAtLeast(role: Role, wanted: Role): boolean {
  return LEVEL[role] >= LEVEL[wanted];
}
