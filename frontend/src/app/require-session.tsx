import { useQuery } from "@tanstack/react-query";
import { Navigate, Outlet, useLocation } from "react-router";

import { SignedInUser, sessionQuery } from "@/api/session";
import { LoadingPage } from "@/components/loading-page";
import { QueryProblem } from "@/components/query-problem";

/** Shows the pages behind it to signed-in people; everybody else goes to the sign-in page. */
export function RequireSession() {
  const session = useQuery(sessionQuery);
  const location = useLocation();

  if (session.isPending) return <LoadingPage />;
  if (session.isError) {
    return <QueryProblem error={session.error} onRetry={() => void session.refetch()} />;
  }
  if (!session.data.user) {
    return <Navigate to="/sign-in" replace state={{ from: location.pathname + location.search }} />;
  }
  return (
    <SignedInUser value={session.data.user}>
      <Outlet />
    </SignedInUser>
  );
}
