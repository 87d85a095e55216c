import { Skeleton, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** The grey shape of a page whose code or data is on the way. */
export function LoadingPage() {
  const { t } = useTranslation("common");
  return (
    <div aria-busy="true" style={{ padding: "2rem 1.5rem", maxWidth: "60rem", margin: "0 auto" }}>
      <VisuallyHidden role="status">{t("loading")}</VisuallyHidden>
      <Skeleton height={28} width="14rem" mb="lg" />
      <Skeleton height={14} mb="sm" />
      <Skeleton height={14} mb="sm" width="92%" />
      <Skeleton height={14} width="70%" />
    </div>
  );
}
