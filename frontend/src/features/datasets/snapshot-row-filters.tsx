import { useQuery } from "@tanstack/react-query";

import { catalogueQuery } from "@/api/labeling";
import { languageName, SOURCE_KIND_WORDS } from "@/api/prompt-words";
import type { Prompt } from "@/api/research-types";
import { choicesOf, labelOf, SPLIT_WORDS } from "@/api/words";
import { FilterBar } from "@/components/filter-bar";
import type { FilterField } from "@/components/filter-bar";
import { FilterChips } from "@/components/filter-chips";
import type { FilterChip } from "@/components/filter-chips";
import { KeptFocus } from "@/components/kept-focus";

import { snapshotQuery } from "./snapshot-queries";
import type { RowFilter, RowFilters } from "./snapshot-rows";

const UNSAID = { value: "unsaid", label: "Nobody said" };
const WRITERS = [
  { value: "labelers", label: "Labelers" },
  { value: "customers", label: "Customers" },
];
const ORDERS = [
  { value: "shortest", label: "Shortest first" },
  { value: "longest", label: "Longest first" },
];

/** What filter acts on a list, beside the words it is removed with. */
const CHIPS: readonly RowFilter[] = [
  "source",
  "language",
  "flag",
  "of_named_customer",
  "customer_of",
  "also_in",
  "not_in",
];

function useSnapshotName(snapshotId: string): string {
  const found = useQuery({ ...snapshotQuery(snapshotId), enabled: snapshotId !== "" });
  return found.data?.name ?? "another snapshot";
}

function useChipWords(filters: RowFilters): Partial<Record<RowFilter, string>> {
  const catalogue = useQuery(catalogueQuery);
  const flag = catalogue.data?.prompt_flags.find(({ key }) => key === filters.flag)?.label ?? labelOf(filters.flag);
  const answered = { true: "yes", false: "no" }[filters.flagged] ?? "asked";
  const language = filters.language === "unknown" ? "Language unknown" : languageName(filters.language);
  return {
    source: SOURCE_KIND_WORDS[filters.source as Prompt["source_kind"]] ?? filters.source,
    language,
    flag: `${flag}: ${answered}`,
    of_named_customer: "Customers known by name",
    customer_of: "Of one customer",
    also_in: `Also in ${useSnapshotName(filters.also_in)}`,
    not_in: `Not in ${useSnapshotName(filters.not_in)}`,
  };
}

function useFields(): Partial<Record<RowFilter, FilterField<RowFilter>>> {
  const catalogue = useQuery(catalogueQuery);
  const categories = (catalogue.data?.categories ?? []).map(({ key, label }) => ({ value: key, label }));
  return {
    split: { name: "split", label: "Split", all: "Both splits", choices: choicesOf(SPLIT_WORDS) },
    written_by: { name: "written_by", label: "Prompts by", all: "Everybody", choices: WRITERS },
    category: { name: "category", label: "Use case", all: "All use cases", choices: [...categories, UNSAID] },
    order: { name: "order", label: "Order", all: "As stored", choices: ORDERS },
  };
}

/** Which rows are shown: every filter that acts is seen and can be taken back. */
export function SnapshotRowFilters({
  filters,
  acting,
  onFilter,
}: {
  filters: RowFilters;
  /** What the list takes. */
  acting: readonly RowFilter[];
  onFilter: (name: RowFilter, value: string, dropped?: readonly RowFilter[]) => void;
}) {
  const fields = useFields();
  const words = useChipWords(filters);
  const chips = CHIPS.filter((name) => acting.includes(name) && filters[name] !== "").map(
    (name): FilterChip => ({
      key: name,
      words: words[name] ?? name,
      onRemove: () => onFilter(name, "", name === "flag" ? ["flagged"] : []),
    }),
  );
  return (
    <KeptFocus label="Filters">
      <FilterBar
        label="Filter the rows"
        fields={acting.map((name) => fields[name]).filter((field) => field !== undefined)}
        values={filters}
        onChange={onFilter}
      >
        <FilterChips chips={chips} />
      </FilterBar>
    </KeptFocus>
  );
}
