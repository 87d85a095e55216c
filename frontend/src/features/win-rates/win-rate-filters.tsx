import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { catalogueQuery } from "@/api/labeling";
import type { Leaderboard } from "@/api/research-types";
import { useScopeFields } from "@/api/scope";
import { choicesOf, DISTRIBUTION_WORDS } from "@/api/words";
import { FilterBar } from "@/components/filter-bar";
import { FilterSelect } from "@/components/filter-select";

import type { ScopeFilters } from "./win-rate-queries";

const DISTRIBUTIONS = choicesOf(DISTRIBUTION_WORDS, "prompts");

/** Which rankings the figures, and the rows behind them, are of. */
export function WinRateFilters({
  filters,
  onFilter,
  children,
}: {
  filters: ScopeFilters;
  onFilter: (name: keyof ScopeFilters, value: string) => void;
  /** What else a page lets choose. */
  children?: ReactNode;
}) {
  const scope = useScopeFields();
  const catalogue = useQuery(catalogueQuery);
  return (
    <FilterBar<keyof ScopeFilters>
      label="Filter the rankings"
      fields={[
        scope.project,
        { name: "distribution", label: "Prompts", all: "All prompts", choices: DISTRIBUTIONS },
        {
          name: "category",
          label: "Use case",
          all: "All use cases",
          choices: (catalogue.data?.categories ?? []).map(({ key, label }) => ({ value: key, label })),
        },
        scope.pool,
        scope.simulated,
      ]}
      values={filters}
      onChange={onFilter}
    >
      {children}
    </FilterBar>
  );
}

export function BaselineFilter({
  found,
  value,
  onChange,
}: {
  found: Leaderboard | undefined;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <FilterSelect
      label="Baseline"
      all="The usual one"
      choices={(found?.models ?? []).map(({ source }) => ({ value: String(source.id), label: source.name }))}
      value={value}
      onChange={onChange}
    />
  );
}
