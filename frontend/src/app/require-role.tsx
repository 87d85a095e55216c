import { Outlet } from "react-router";

import { isAtLeast, useSignedInUser } from "@/api/session";
import type { Role } from "@/api/types";
import { StatePage } from "@/components/state-page";

/** The server refuses the data anyway; this only says so before asking. */
export function RequireRole({ atLeast }: { atLeast: Role }) {
  const user = useSignedInUser();
  if (isAtLeast(user.role, atLeast)) return <Outlet />;
  return (
    <StatePage title="This page is not part of your role">
      You are signed in as {user.display_name} ({user.role}). Ask an admin if you need to see it.
    </StatePage>
  );
}
