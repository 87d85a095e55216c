import { useTranslation } from "react-i18next";

import { ReadText } from "@/components/read-text";
import { TwoDrafts } from "@/components/two-drafts";

/** The same answer was written in two places; a person says which of the two goes on. */
export function TextConflict({
  mine,
  theirs,
  onResolve,
}: {
  mine: string;
  theirs: string;
  onResolve: (choice: "mine" | "theirs") => void;
}) {
  const { t } = useTranslation("demonstrations");
  return (
    <TwoDrafts
      title={t("twoDrafts")}
      words={t("twoDraftsWords")}
      size="90rem"
      mine={{ title: t("here"), draft: <ReadText text={mine} />, takeWords: t("takeMine") }}
      theirs={{ title: t("elsewhere"), draft: <ReadText text={theirs} />, takeWords: t("takeTheirs") }}
      onResolve={onResolve}
    />
  );
}
