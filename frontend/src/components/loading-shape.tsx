import { Skeleton, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** The grey shape of a part of a page whose data is on the way, and the word for it. */
export function LoadingShape({ height, width, mt, mb }: {
  height: number;
  width?: string;
  mt?: number | string;
  mb?: number | string;
}) {
  const { t } = useTranslation("common");
  return (
    <div aria-busy="true">
      <VisuallyHidden role="status">{t("loading")}</VisuallyHidden>
      <Skeleton height={height} width={width} mt={mt} mb={mb} />
    </div>
  );
}
