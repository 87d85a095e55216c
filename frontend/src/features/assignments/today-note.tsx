import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { ownWorkQuery, todayOf } from "@/api/labeling";
import { formatMinutes } from "@/components/formats";

/** How much of today is done; nothing while it is not known. */
export function TodayNote() {
  const { t } = useTranslation("assignments");
  const today = todayOf(useQuery(ownWorkQuery).data);
  if (!today) return null;
  return (
    <span title={t("today.title")}>
      {t("today.summary", {
        count: today.num_submitted,
        time: formatMinutes(today.seconds_active),
      })}
    </span>
  );
}
