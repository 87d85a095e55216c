import { Skeleton, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";

import classes from "./data-table.module.css";

/** The grey shape of a table whose rows are on the way. */
export function TableSkeleton({ numRows = 6 }: { numRows?: number }) {
  const { t } = useTranslation("common");
  return (
    <div className={classes.frame} aria-busy="true" style={{ padding: "0.9rem" }}>
      <VisuallyHidden role="status">{t("loading")}</VisuallyHidden>
      {Array.from({ length: numRows }, (_, index) => (
        <Skeleton key={index} height={14} my="md" width={`${96 - ((index * 7) % 22)}%`} />
      ))}
    </div>
  );
}
