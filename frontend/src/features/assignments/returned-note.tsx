import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { ownWorkQuery } from "@/api/labeling";

import classes from "./label-home-page.module.css";

/** Leads to what researchers ask about one's rankings; nothing while nobody asks. */
export function AskedNote() {
  const { t } = useTranslation("assignments");
  const count = useQuery(ownWorkQuery).data?.num_asked ?? 0;
  if (count === 0) return null;
  return (
    <p className={classes.returned}>
      {t("home.asked", { count })} <Link to="/questions">{t("home.seeAsked")}</Link>
    </p>
  );
}

/** Leads to the answers that a reviewer gave back; nothing while there is none. */
export function ReturnedNote() {
  const { t } = useTranslation("assignments");
  const count = useQuery(ownWorkQuery).data?.num_returned ?? 0;
  if (count === 0) return null;
  return (
    <p className={classes.returned}>
      {t("home.returned", { count })} <Link to="/returns">{t("home.seeReturned")}</Link>
    </p>
  );
}
