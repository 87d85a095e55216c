import { Button } from "@mantine/core";

import { ApiError, sentenceFor } from "@/api/errors";

import { StatePage } from "./state-page";

function titleFor(error: unknown): string {
  if (!(error instanceof ApiError)) return "Something went wrong";
  if (error.isUnreachable) return "No connection to the server";
  if (error.status === 404) return "Not found";
  if (error.status === 403) return "Not yours to see";
  return error.status >= 500 ? "The server stumbled" : "The server refused";
}

/** A failed read, as a page: what happened and a way to try again. */
export function QueryProblem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <StatePage
      title={titleFor(error)}
      actions={onRetry && <Button onClick={onRetry}>Try again</Button>}
    >
      {sentenceFor(error)}
    </StatePage>
  );
}
