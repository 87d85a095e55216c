import { lazy, Suspense } from "react";
import { Navigate } from "react-router";

import { isAtLeast, useSignedInUser } from "@/api/session";
import { LoadingPage } from "@/components/loading-page";

const ResearchHome = lazy(async () => ({
  default: (await import("@/features/home/research-home-page")).ResearchHomePage,
}));

/** Where the product's name leads: labelers to their work, the others to how things stand. */
export function HomePage() {
  const user = useSignedInUser();
  if (!isAtLeast(user.role, "researcher")) return <Navigate to="/label" replace />;
  return (
    <Suspense fallback={<LoadingPage />}>
      <ResearchHome />
    </Suspense>
  );
}
