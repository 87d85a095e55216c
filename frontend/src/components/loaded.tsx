import { Button } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { sentenceFor } from "@/api/errors";

import { EmptyNote } from "./empty-note";
import { LoadingPage } from "./loading-page";
import { QueryProblem } from "./query-problem";

type Readable<Data> = Pick<UseQueryResult<Data>, "data" | "error" | "isError"> & {
  refetch: () => Promise<unknown>;
};

/**
 * Shows what a query brought; before that its grey shape, or what went wrong. With a shape of its
 * own it is a part of a page and fails as a part; otherwise it is the page.
 */
export function Loaded<Data>({
  query,
  skeleton,
  children,
}: {
  query: Readable<Data>;
  skeleton?: ReactNode;
  children: (data: Data) => ReactNode;
}) {
  const { t } = useTranslation("common");
  // A failed refresh keeps what was shown before: old figures beat an empty page.
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError && skeleton !== undefined) {
    return (
      <EmptyNote
        title={t("problem.partMissing")}
        actions={
          <Button variant="default" onClick={() => void query.refetch()}>
            {t("retry")}
          </Button>
        }
      >
        {sentenceFor(query.error)}
      </EmptyNote>
    );
  }
  if (query.isError) {
    return <QueryProblem error={query.error} onRetry={() => void query.refetch()} />;
  }
  return <>{skeleton ?? <LoadingPage isInside />}</>;
}
