import { Alert } from "@mantine/core";

import { ApiError, sentenceFor } from "@/api/errors";

function titleFor(error: unknown): string {
  if (!(error instanceof ApiError)) return "Signing in failed";
  if (error.isUnreachable) return "The server cannot be reached";
  if (error.status >= 500) return "The server stumbled";
  if (error.code === "account_inactive") return "This account is switched off";
  if (error.code === "account_exists") return "You have an account already";
  if (error.code.includes("expired")) return "This link has expired";
  if (error.code.includes("used")) return "This link was used before";
  return "This link is not known";
}

/** Why a link did not open the door, and what to do about it. */
export function LinkProblem({ error }: { error: unknown }) {
  const isLinkSpent = error instanceof ApiError && !error.isTransient;
  return (
    <Alert color={isLinkSpent ? "red" : "yellow"} title={titleFor(error)} role="alert">
      {sentenceFor(error)}
      {!isLinkSpent && " Your link is not used up; try again."}
    </Alert>
  );
}
