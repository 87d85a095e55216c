import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { catalogueQuery } from "@/api/labeling";
import { completionSourcesQuery, projectsQuery } from "@/api/projects";
import type { AgreementReport } from "@/api/research-types";
import { POOL_WORDS, SIMULATED_CHOICES } from "@/api/words";
import { FilterSelect } from "@/components/filter-select";
import { Toolbar } from "@/components/toolbar";

import type { Filter, Filters } from "./agreement-query";

const OVERLAPS = ["3", "4", "5", "8"].map((value) => ({ value, label: `At least ${value} labelers` }));
const POOLS = Object.entries(POOL_WORDS).map(([value, label]) => ({ value, label: `${label} labelers` }));
const SIZES = ["2", "3", "4", "5", "6", "7", "8", "9"].map((value) => ({ value, label: value }));

function useChoices(versions: AgreementReport["versions"]) {
  const projects = useQuery(projectsQuery);
  const catalogue = useQuery(catalogueQuery);
  const sources = useQuery(completionSourcesQuery);
  return {
    projects: (projects.data ?? [])
      .filter(({ kind }) => kind !== "demonstration")
      .map(({ id, name }) => ({ value: String(id), label: name })),
    categories: (catalogue.data?.categories ?? []).map(({ key, label }) => ({ value: key, label })),
    sources: (sources.data ?? []).map(({ id, name }) => ({ value: String(id), label: name })),
    versions: versions.map(({ id, version, title }) => ({
      value: String(id),
      label: `Version ${version}: ${title}`,
    })),
  };
}

/** What the figures are over; every choice stands in the address. */
export function AgreementFilters({
  filters,
  versions,
  onFilter,
}: {
  filters: Filters;
  /** Of the chosen project; none before one is chosen. */
  versions: AgreementReport["versions"];
  onFilter: (name: Filter, value: string) => void;
}) {
  const choices = useChoices(versions);
  const select = (name: Filter, label: string, all: string, options: { value: string; label: string }[]) => (
    <FilterSelect
      label={label}
      all={all}
      choices={options}
      value={filters[name]}
      onChange={(value) => onFilter(name, value)}
    />
  );
  const day = (name: "since" | "until", label: string) => (
    <TextInput
      type="date"
      label={label}
      value={filters[name]}
      onChange={(event) => onFilter(name, event.currentTarget.value)}
    />
  );
  return (
    <Toolbar label="Filter the agreement">
      {select("project", "Project", "All projects", choices.projects)}
      {select("pool", "Pool", "Both pools", POOLS)}
      {day("since", "Last ranked from")}
      {day("until", "to")}
      {select("category", "Category", "All categories", choices.categories)}
      {select("k", "Completions", "Any number", SIZES)}
      {filters.project !== "" &&
        select("instructions", "Instructions", "All versions", choices.versions)}
      {select("source", "Pairs of", "All models", choices.sources)}
      {select("other", "with", "Choose both", choices.sources)}
      {select("overlap", "Pairs judged by", "At least 2 labelers", OVERLAPS)}
      {select("simulated", "Simulated labelers", "Left out", SIMULATED_CHOICES)}
    </Toolbar>
  );
}
