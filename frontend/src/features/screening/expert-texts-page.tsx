import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { Loaded } from "@/components/loaded";
import { PageHeader } from "@/components/page-header";

import { FlagTexts } from "./flag-texts";
import { textsQuery } from "./screening-queries";
import classes from "./screening.module.css";

/** The same texts for a researcher, whose answers candidates are compared with. */
export function ExpertTextsPage() {
  const { t } = useTranslation("screening");
  const screeningId = Number(useParams().screeningId);
  const texts = useQuery(textsQuery(screeningId));
  const backTo = `/screenings/${screeningId}`;
  return (
    <div className={classes.reading}>
      <p className={classes.where}>
        <Link to={backTo}>{t("texts.finish")}</Link>
      </p>
      <PageHeader title={t("texts.expertTitle")}>
        {t("texts.expertLead")} {t("texts.help")}
      </PageHeader>
      <Loaded query={texts}>
        {(found) => <FlagTexts texts={found} screeningId={screeningId} backTo={backTo} />}
      </Loaded>
    </div>
  );
}
