import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { StatePage } from "@/components/state-page";

export function NotFoundPage() {
  const { t } = useTranslation("common");
  return (
    <StatePage title={t("shell.notFoundTitle")}>
      {t("shell.notFoundWords")}{" "}
      <Anchor component={Link} to="/">
        {t("shell.home")}
      </Anchor>
    </StatePage>
  );
}
