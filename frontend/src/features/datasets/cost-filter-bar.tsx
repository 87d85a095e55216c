import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { projectsQuery } from "@/api/projects";
import { SIMULATED_CHOICES } from "@/api/words";
import { DayRange } from "@/components/day-range";
import { FilterSelect } from "@/components/filter-select";
import { Toolbar } from "@/components/toolbar";

import type { CostFilters } from "./cost-queries";

/** Whose and which answers a cost is of; every choice stands in the address. */
export function CostFilterBar({
  filters,
  onFilter,
  children,
}: {
  filters: CostFilters;
  onFilter: (name: keyof CostFilters, value: string) => void;
  children?: ReactNode;
}) {
  const projects = useQuery(projectsQuery);
  return (
    <Toolbar label="Whose and which answers">
      <FilterSelect
        label="Project"
        all="All projects"
        choices={(projects.data ?? []).map(({ id, name }) => ({ value: String(id), label: name }))}
        value={filters.project}
        onChange={(value) => onFilter("project", value)}
        isWide
      />
      <DayRange since={filters.since} until={filters.until} label="Answered" onChange={onFilter} />
      <FilterSelect
        label="Simulated labelers"
        all="Left out"
        choices={SIMULATED_CHOICES}
        value={filters.simulated}
        onChange={(value) => onFilter("simulated", value)}
      />
      {children}
    </Toolbar>
  );
}
