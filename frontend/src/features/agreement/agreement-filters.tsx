import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { everyInstructionVersionQuery } from "@/api/instructions";
import { completionSourcesQuery } from "@/api/projects";
import { numberIn, useScopeFields, useWorkFields } from "@/api/scope";
import { DayRange } from "@/components/day-range";
import { FilterBar } from "@/components/filter-bar";
import type { FilterField } from "@/components/filter-bar";
import { FilterChips } from "@/components/filter-chips";
import type { FilterChip } from "@/components/filter-chips";
import { FilterHelp } from "@/components/filter-help";
import { KeptFocus } from "@/components/kept-focus";

import type { Filter, Filters } from "./agreement-query";

/** Choices that take in a part of a prompt's pairs, or only prompts with enough labelers. */
type PairFilter = "source" | "other" | "overlap";
const EVERY_PAIR_FILTER: readonly PairFilter[] = ["source", "other", "overlap"];

/** What the days and the version choose on a page: both work otherwise for prompts than for rankings. */
const ACTING = {
  prompts: {
    days: "Prompt last ranked",
    help: "Days are those of a prompt's last ranking, in UTC; a version of the instructions keeps the prompts whose every ranking was made under it.",
  },
  rankings: {
    days: "Ranked",
    help: "Days, in UTC, and the version of the instructions are those of each ranking itself.",
  },
} as const;

const OVERLAPS = ["3", "4", "5", "8"].map((value) => ({ value, label: `At least ${value} labelers` }));

function usePairFields(): Record<PairFilter, FilterField<Filter>> {
  const sources = useQuery(completionSourcesQuery);
  const models = (sources.data ?? []).map(({ id, name }) => ({ value: String(id), label: name }));
  return {
    source: { name: "source", label: "Pairs of", all: "All models", choices: models },
    other: { name: "other", label: "Paired with", all: "Choose both", choices: models },
    overlap: { name: "overlap", label: "Pairs judged by", all: "At least 2 labelers", choices: OVERLAPS },
  };
}

function useFields(filters: Filters, within: readonly PairFilter[]): FilterField<Filter>[] {
  const projectId = numberIn(filters.project);
  const versions = useQuery({
    ...everyInstructionVersionQuery(projectId ?? 0),
    enabled: projectId !== undefined,
  });
  const scope = useScopeFields();
  const work = useWorkFields(versions.data ?? [], filters.instructions);
  const pairs = usePairFields();
  return [
    scope.project,
    scope.pool,
    work.category,
    work.k,
    ...work.instructions,
    ...within.map((name) => pairs[name]),
    scope.simulated,
  ];
}

/**
 * What the figures are over; every choice stands in the address. Whatever acts on a page is shown on
 * it and can be taken back, also what another page chose.
 */
export function AgreementFilters({
  filters,
  within = EVERY_PAIR_FILTER,
  choosing,
  onFilter,
  chips = [],
  children,
}: {
  filters: Filters;
  /** Which choices of pairs act on what the page shows. */
  within?: readonly PairFilter[];
  /** What the days and the version choose. */
  choosing: keyof typeof ACTING;
  onFilter: (name: Filter, value: string, dropped?: readonly Filter[]) => void;
  /** What the page shows alone besides. */
  chips?: FilterChip[];
  /** What else a page lets choose. */
  children?: ReactNode;
}) {
  const fields = useFields(filters, within);
  const { days, help } = ACTING[choosing];
  return (
    <KeptFocus label="Filters">
      <FilterBar
        label="Filter the agreement"
        fields={fields}
        values={filters}
        // A version belongs to its project.
        onChange={(name, value) => onFilter(name, value, name === "project" ? ["instructions"] : [])}
        chips={<FilterChips chips={chips} />}
      >
        <DayRange since={filters.since} until={filters.until} label={days} onChange={onFilter} />
        {children}
        <FilterHelp>{help}</FilterHelp>
      </FilterBar>
    </KeptFocus>
  );
}
