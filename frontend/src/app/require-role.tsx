import { useTranslation } from "react-i18next";
import { Outlet } from "react-router";

import { isAtLeast, useSignedInUser } from "@/api/session";
import type { Role } from "@/api/types";
import { StatePage } from "@/components/state-page";

/** The server refuses the data anyway; this only says so before asking. */
export function RequireRole({ atLeast }: { atLeast: Role }) {
  const { t } = useTranslation("common");
  const user = useSignedInUser();
  if (isAtLeast(user.role, atLeast)) return <Outlet />;
  return (
    <StatePage title={t("shell.roleTitle")}>
      {t("shell.roleWords", { name: user.display_name, role: t(`shell.roles.${user.role}`) })}
    </StatePage>
  );
}
