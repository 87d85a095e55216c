import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { StatePage } from "@/components/state-page";

/** What is left when a page throws while it is drawn. Drafts live outside the page and survive. */
export function PageCrashed() {
  const { t } = useTranslation("common");
  return (
    <StatePage
      title={t("shell.crashedTitle")}
      actions={<Button onClick={() => window.location.reload()}>{t("shell.reload")}</Button>}
    >
      {t("shell.crashedWords")}
    </StatePage>
  );
}
