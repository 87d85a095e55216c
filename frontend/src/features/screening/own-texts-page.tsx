import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { Loaded } from "@/components/loaded";
import { PageHeader } from "@/components/page-header";

import { FlagTexts } from "./flag-texts";
import { textsQuery } from "./screening-queries";
import classes from "./screening.module.css";

/** The first part of a screening, for the candidate. */
export function OwnTextsPage() {
  const { t } = useTranslation("screening");
  const texts = useQuery(textsQuery(null));
  return (
    <div className={classes.reading}>
      <p className={classes.where}>
        <Link to="/screening">{t("texts.where")}</Link>
      </p>
      <PageHeader title={t("texts.title")}>{t("texts.help")}</PageHeader>
      <Loaded query={texts}>
        {(found) => <FlagTexts texts={found} screeningId={null} backTo="/screening" />}
      </Loaded>
    </div>
  );
}
