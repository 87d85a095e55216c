import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Banner } from "@/components/banner";

/** This tab only looks on: the task is worked on in another one of the same browser. */
export function OtherTabBanner({ onTakeOver }: { onTakeOver: () => void }) {
  const { t } = useTranslation("rankings");
  return (
    <Banner tone="caution">
      {t("otherTab.words")}{" "}
      <Button size="compact-sm" variant="default" onClick={onTakeOver}>
        {t("otherTab.workHere")}
      </Button>
    </Banner>
  );
}
