import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { catalogueQuery } from "@/api/labeling";
import { completionSourcesQuery } from "@/api/projects";
import type { AgreementReport } from "@/api/research-types";
import { useScopeFields } from "@/api/scope";
import { FilterBar } from "@/components/filter-bar";
import type { FilterField } from "@/components/filter-bar";

import type { Filter, Filters } from "./agreement-query";

const OVERLAPS = ["3", "4", "5", "8"].map((value) => ({ value, label: `At least ${value} labelers` }));
const SIZES = ["2", "3", "4", "5", "6", "7", "8", "9"].map((value) => ({ value, label: value }));

function useFields(
  versions: AgreementReport["versions"],
  { hasProject, hasPairs }: { hasProject: boolean; hasPairs: boolean },
): FilterField<Filter>[] {
  const scope = useScopeFields();
  const catalogue = useQuery(catalogueQuery);
  const sources = useQuery(completionSourcesQuery);
  const models = (sources.data ?? []).map(({ id, name }) => ({ value: String(id), label: name }));
  const ofProject: FilterField<Filter> = {
    name: "instructions",
    label: "Instructions",
    all: "All versions",
    choices: versions.map(({ id, version, title }) => ({
      value: String(id),
      label: `Version ${version}: ${title}`,
    })),
  };
  const ofPairs: FilterField<Filter>[] = [
    { name: "source", label: "Pairs of", all: "All models", choices: models },
    { name: "other", label: "with", all: "Choose both", choices: models },
    { name: "overlap", label: "Pairs judged by", all: "At least 2 labelers", choices: OVERLAPS },
  ];
  return [
    scope.project,
    scope.pool,
    {
      name: "category",
      label: "Category",
      all: "All categories",
      choices: (catalogue.data?.categories ?? []).map(({ key, label }) => ({ value: key, label })),
    },
    { name: "k", label: "Completions", all: "Any number", choices: SIZES },
    ...(hasProject && versions.length > 0 ? [ofProject] : []),
    ...(hasPairs ? ofPairs : []),
    scope.simulated,
  ];
}

/** What the figures are over; every choice stands in the address. */
export function AgreementFilters({
  filters,
  versions,
  hasPairs = true,
  onFilter,
}: {
  filters: Filters;
  /** Of the chosen project; none before one is chosen. */
  versions: AgreementReport["versions"];
  /** Whether what is shown can be chosen within a prompt, pair by pair. */
  hasPairs?: boolean;
  onFilter: (name: Filter, value: string) => void;
}) {
  const fields = useFields(versions, { hasProject: filters.project !== "", hasPairs });
  const day = (name: "since" | "until", label: string) => (
    <TextInput
      type="date"
      label={label}
      value={filters[name]}
      onChange={(event) => onFilter(name, event.currentTarget.value)}
    />
  );
  return (
    <FilterBar label="Filter the agreement" fields={fields} values={filters} onChange={onFilter}>
      {day("since", "Last ranked from")}
      {day("until", "to")}
    </FilterBar>
  );
}
