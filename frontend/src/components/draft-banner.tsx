import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { DraftState } from "@/api/draft-keeper";

import { Banner } from "./banner";

/** What a person at work must know when their draft is not safely on the server. */
export function DraftBanner({ state }: { state: DraftState<unknown> }) {
  const { t } = useTranslation("common");
  switch (state.status) {
    case "unreachable":
      return <Banner tone="caution">{t("draft.unreachable")}</Banner>;
    case "closed":
      return (
        <Banner tone="danger">
          {state.problem} {t("draft.closed")} <Link to="/history">{t("draft.seeAnswers")}</Link>.
        </Banner>
      );
    case "refused":
      return <Banner tone="danger">{t("draft.refused", { problem: state.problem ?? "" })}</Banner>;
    default:
      return state.isLeaseLost ? <Banner tone="caution">{t("draft.leaseLost")}</Banner> : null;
  }
}
