import { Skeleton, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";

const ON_ITS_OWN = { padding: "2rem 1.5rem", maxWidth: "60rem", margin: "0 auto" };

/** The grey shape of a page whose code or data is on the way. */
export function LoadingPage({ isInside = false }: {
  /** Whether it stands where the page will, so that nothing jumps sideways when that comes. */
  isInside?: boolean;
}) {
  const { t } = useTranslation("common");
  return (
    <div aria-busy="true" style={isInside ? undefined : ON_ITS_OWN}>
      <VisuallyHidden role="status">{t("loading")}</VisuallyHidden>
      <Skeleton height={28} width="14rem" mb={isInside ? "sm" : "lg"} />
      {isInside ? (
        <>
          <Skeleton height={14} width="min(28rem, 80%)" mb="xl" />
          <Skeleton height={160} />
        </>
      ) : (
        <>
          <Skeleton height={14} mb="sm" />
          <Skeleton height={14} mb="sm" width="92%" />
          <Skeleton height={14} width="70%" />
        </>
      )}
    </div>
  );
}
