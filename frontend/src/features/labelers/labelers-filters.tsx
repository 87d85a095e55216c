import { useQuery } from "@tanstack/react-query";

import { projectsQuery } from "@/api/projects";
import type { LabelerQualityReport } from "@/api/research-types";
import { useScopeFields, useWorkFields } from "@/api/scope";
import { DayRange } from "@/components/day-range";
import { FilterBar } from "@/components/filter-bar";
import type { FilterField } from "@/components/filter-bar";
import { FilterChips } from "@/components/filter-chips";
import type { FilterChip } from "@/components/filter-chips";
import { FilterHelp } from "@/components/filter-help";
import { KeptFocus } from "@/components/kept-focus";

import type { Filter, Filters } from "./quality-query";

function useFields(versions: LabelerQualityReport["versions"], chosenVersion: string): FilterField<Filter>[] {
  const scope = useScopeFields();
  const projects = useQuery(projectsQuery);
  const work = useWorkFields(versions, chosenVersion);
  return [
    {
      name: "project",
      label: "Project",
      all: "All but screenings",
      isWide: true,
      choices: (projects.data ?? []).map(({ id, name }) => ({ value: String(id), label: name })),
    },
    scope.pool,
    work.category,
    work.k,
    ...work.instructions,
    scope.simulated,
  ];
}

/** Whose work is looked at, and which of it; every choice stands in the address. */
export function LabelersFilters({
  filters,
  versions,
  onFilter,
  chips = [],
}: {
  filters: Filters;
  /** Of the chosen project; none before one is chosen. */
  versions: LabelerQualityReport["versions"];
  onFilter: (name: Filter, value: string) => void;
  /** What the page shows alone besides. */
  chips?: FilterChip[];
}) {
  const fields = useFields(versions, filters.instructions);
  return (
    <KeptFocus label="Filters">
      <FilterBar label="Filter the labelers" fields={fields} values={filters} onChange={onFilter}>
        <DayRange since={filters.since} until={filters.until} label="Answered" onChange={onFilter} />
        <FilterHelp>
          Days, in UTC, and the version of the instructions are those of each answer itself. Of the agreement with others
          they are the prompt&apos;s, as on the page of agreement: the day of its last ranking, the version of all of them.
        </FilterHelp>
        <FilterChips chips={chips} />
      </FilterBar>
    </KeptFocus>
  );
}
