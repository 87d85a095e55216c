import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { ApiError, sentenceFor } from "@/api/errors";

import { StatePage } from "./state-page";

type Kind = "wrong" | "unreachable" | "notFound" | "forbidden" | "stumbled" | "refused";

function kindOf(error: unknown): Kind {
  if (!(error instanceof ApiError)) return "wrong";
  if (error.isUnreachable) return "unreachable";
  if (error.status === 404) return "notFound";
  if (error.status === 403) return "forbidden";
  return error.status >= 500 ? "stumbled" : "refused";
}

/** A failed read, as a page: what happened and a way to try again. */
export function QueryProblem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation("common");
  return (
    <StatePage
      title={t(`problem.${kindOf(error)}`)}
      actions={onRetry && <Button onClick={onRetry}>{t("retry")}</Button>}
    >
      {sentenceFor(error)}
    </StatePage>
  );
}
