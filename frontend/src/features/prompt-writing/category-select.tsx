import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { catalogueQuery } from "@/api/labeling";
import { FilterSelect } from "@/components/filter-select";

/** What the prompt asks for, as far as its writer says. */
export function CategorySelect({
  value,
  onChange,
}: {
  value: string | null;
  onChange: (category: string | null) => void;
}) {
  const { t } = useTranslation("promptWriting");
  const categories = useQuery(catalogueQuery).data?.categories ?? [];
  return (
    <FilterSelect
      label={t("category")}
      all={t("anyCategory")}
      choices={categories.map(({ key, label }) => ({ value: key, label }))}
      value={value ?? ""}
      onChange={(category) => onChange(category === "" ? null : category)}
    />
  );
}
