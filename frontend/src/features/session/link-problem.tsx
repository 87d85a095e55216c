import { Alert } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { ApiError, sentenceFor } from "@/api/errors";

function titleFor(error: unknown) {
  if (!(error instanceof ApiError)) return "failed";
  if (error.isUnreachable) return "unreachable";
  if (error.status >= 500) return "stumbled";
  if (error.code === "account_inactive") return "inactive";
  if (error.code === "account_exists") return "exists";
  if (error.code.includes("expired")) return "expired";
  return error.code.includes("used") ? "used" : "unknown";
}

/** Why a link did not open the door, and what to do about it. */
export function LinkProblem({ error }: { error: unknown }) {
  const { t } = useTranslation("session");
  const isLinkSpent = error instanceof ApiError && !error.isTransient;
  return (
    <Alert color={isLinkSpent ? "red" : "yellow"} title={t(`problem.${titleFor(error)}`)} role="alert">
      {sentenceFor(error)} {!isLinkSpent && t("problem.notUsedUp")}
    </Alert>
  );
}
