import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { catalogueQuery } from "@/api/labeling";
import { projectsQuery } from "@/api/projects";
import type { LabelerQualityReport } from "@/api/research-types";
import { useScopeFields } from "@/api/scope";
import { FilterBar } from "@/components/filter-bar";
import type { FilterField } from "@/components/filter-bar";

import type { Filter, Filters } from "./quality-query";

const SIZES = ["2", "3", "4", "5", "6", "7", "8", "9"].map((value) => ({ value, label: value }));

function useFields(versions: LabelerQualityReport["versions"]): FilterField<Filter>[] {
  const scope = useScopeFields();
  const projects = useQuery(projectsQuery);
  const catalogue = useQuery(catalogueQuery);
  const ofProject: FilterField<Filter> = {
    name: "instructions",
    label: "Instructions",
    all: "All versions",
    choices: versions.map(({ id, version, title }) => ({
      value: String(id),
      label: `Version ${version}: ${title}`,
    })),
  };
  return [
    {
      name: "project",
      label: "Project",
      all: "All but screenings",
      choices: (projects.data ?? []).map(({ id, name }) => ({ value: String(id), label: name })),
    },
    scope.pool,
    {
      name: "category",
      label: "Category",
      all: "All categories",
      choices: (catalogue.data?.categories ?? []).map(({ key, label }) => ({ value: key, label })),
    },
    { name: "k", label: "Completions", all: "Any number", choices: SIZES },
    ...(versions.length > 0 ? [ofProject] : []),
    scope.simulated,
  ];
}

/** Whose work is looked at, and which of it; every choice stands in the address. */
export function LabelersFilters({
  filters,
  versions,
  onFilter,
}: {
  filters: Filters;
  /** Of the chosen project; none before one is chosen. */
  versions: LabelerQualityReport["versions"];
  onFilter: (name: Filter, value: string) => void;
}) {
  const fields = useFields(versions);
  const day = (name: "since" | "until", label: string) => (
    <TextInput
      type="date"
      label={label}
      value={filters[name]}
      onChange={(event) => onFilter(name, event.currentTarget.value)}
    />
  );
  return (
    <FilterBar label="Filter the labelers" fields={fields} values={filters} onChange={onFilter}>
      {day("since", "Answered from")}
      {day("until", "to")}
    </FilterBar>
  );
}
