import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { LoadingPage } from "./loading-page";
import { QueryProblem } from "./query-problem";

type Readable<Data> = Pick<UseQueryResult<Data>, "data" | "error" | "isError" | "refetch">;

/** Shows what a query brought; before that its grey shape, or what went wrong. */
export function Loaded<Data>({
  query,
  skeleton,
  children,
}: {
  query: Readable<Data>;
  skeleton?: ReactNode;
  children: (data: Data) => ReactNode;
}) {
  // A failed refresh keeps what was shown before: old figures beat an empty page.
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) {
    return <QueryProblem error={query.error} onRetry={() => void query.refetch()} />;
  }
  return <>{skeleton ?? <LoadingPage />}</>;
}
