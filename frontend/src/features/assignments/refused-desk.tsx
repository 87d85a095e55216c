import { lazy, Suspense } from "react";
import { Navigate } from "react-router";

import { ApiError } from "@/api/errors";
import { QueryProblem } from "@/components/query-problem";

import { WorkSkeleton } from "./work-skeleton";

const ReadInstructions = lazy(async () => ({
  default: (await import("./read-instructions")).ReadInstructions,
}));

/** Where each refusal that comes before a task leads. */
const LEADS_TO: Record<string, string> = {
  consent_needed: "/consent",
  candidacy_undecided: "/screening",
  candidacy_rejected: "/screening",
};

/** The server gave no task: what has to be done first, or what went wrong. */
export function RefusedDesk({
  project,
  error,
  onRetry,
}: {
  project: number | null;
  error: unknown;
  onRetry: () => void;
}) {
  const code = error instanceof ApiError ? error.code : "";
  const place = LEADS_TO[code];
  if (place) return <Navigate to={place} replace state={{ from: `/label/${project ?? "any"}` }} />;
  // Who works anywhere is told by the refusal whose instructions have to be read.
  const named = error instanceof ApiError ? Number(error.fields.project?.[0]) : NaN;
  const unread = project ?? (Number.isSafeInteger(named) ? named : null);
  if (code === "instructions_not_acknowledged" && unread !== null) {
    return (
      <Suspense fallback={<WorkSkeleton />}>
        <ReadInstructions projectId={unread} onRead={onRetry} />
      </Suspense>
    );
  }
  return <QueryProblem error={error} onRetry={onRetry} />;
}
