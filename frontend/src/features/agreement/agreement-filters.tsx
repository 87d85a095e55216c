import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { completionSourcesQuery } from "@/api/projects";
import type { AgreementReport } from "@/api/research-types";
import { useScopeFields, useWorkFields } from "@/api/scope";
import { DayRange } from "@/components/day-range";
import { FilterBar } from "@/components/filter-bar";
import type { FilterField } from "@/components/filter-bar";

import type { Filter, Filters } from "./agreement-query";

const OVERLAPS = ["3", "4", "5", "8"].map((value) => ({ value, label: `At least ${value} labelers` }));

function useFields(
  versions: AgreementReport["versions"],
  { hasProject, hasPairs }: { hasProject: boolean; hasPairs: boolean },
): FilterField<Filter>[] {
  const scope = useScopeFields();
  const work = useWorkFields(versions);
  const sources = useQuery(completionSourcesQuery);
  const models = (sources.data ?? []).map(({ id, name }) => ({ value: String(id), label: name }));
  const ofPairs: FilterField<Filter>[] = [
    { name: "source", label: "Pairs of", all: "All models", choices: models },
    { name: "other", label: "Paired with", all: "Choose both", choices: models },
    { name: "overlap", label: "Pairs judged by", all: "At least 2 labelers", choices: OVERLAPS },
  ];
  return [
    scope.project,
    scope.pool,
    work.category,
    work.k,
    ...(hasProject ? work.instructions : []),
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
  children,
}: {
  filters: Filters;
  /** Of the chosen project; none before one is chosen. */
  versions: AgreementReport["versions"];
  /** Whether what is shown can be chosen within a prompt, pair by pair. */
  hasPairs?: boolean;
  onFilter: (name: Filter, value: string) => void;
  /** What else a page lets choose. */
  children?: ReactNode;
}) {
  const fields = useFields(versions, { hasProject: filters.project !== "", hasPairs });
  return (
    <FilterBar label="Filter the agreement" fields={fields} values={filters} onChange={onFilter}>
      <DayRange since={filters.since} until={filters.until} label="Last ranked" onChange={onFilter} />
      {children}
    </FilterBar>
  );
}
