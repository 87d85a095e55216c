import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { Navigate } from "react-router";

import { ownScreeningQuery } from "@/api/screening";
import { isAtLeast, useSignedInUser } from "@/api/session";
import { LoadingPage } from "@/components/loading-page";

const ResearchHome = lazy(async () => ({
  default: (await import("@/features/home/research-home-page")).ResearchHomePage,
}));

/** Candidates are led to their screening, which says how it stands; the others to their work. */
function LabelerHome() {
  const screening = useQuery(ownScreeningQuery);
  if (screening.isPending) return <LoadingPage />;
  const state = screening.data?.candidacy?.state ?? "accepted";
  return <Navigate to={state === "accepted" ? "/label" : "/screening"} replace />;
}

/** Where the product's name leads: labelers to their work, the others to how things stand. */
export function HomePage() {
  const user = useSignedInUser();
  if (!isAtLeast(user.role, "researcher")) return <LabelerHome />;
  return (
    <Suspense fallback={<LoadingPage />}>
      <ResearchHome />
    </Suspense>
  );
}
