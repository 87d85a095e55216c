import { Skeleton, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";

import classes from "./work-skeleton.module.css";

const LINES = [96, 88, 93, 60, 0, 97, 90, 84, 45];

function Column() {
  return (
    <div className={classes.column}>
      {LINES.map((width, index) => (
        <Skeleton key={index} height={12} width={`${width}%`} mb="sm" visible={width > 0} />
      ))}
    </div>
  );
}

/** The shape of a workplace while its task is on the way. */
export function WorkSkeleton() {
  const { t } = useTranslation("assignments");
  return (
    <main className={classes.page} aria-busy="true">
      <VisuallyHidden role="status">{t("desk.loading")}</VisuallyHidden>
      <div className={classes.bar}>
        <Skeleton height={16} width="14rem" />
      </div>
      <div className={classes.columns}>
        <Column />
        <Column />
        <Column />
      </div>
    </main>
  );
}
