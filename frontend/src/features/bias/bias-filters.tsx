import { useScopeFields } from "@/api/scope";
import type { Scope } from "@/api/scope";
import { FilterBar } from "@/components/filter-bar";

/** Whose rankings the figures about bias, and the rows behind them, are of. */
export function BiasFilters({
  filters,
  onFilter,
}: {
  filters: Scope;
  onFilter: (name: keyof Scope, value: string) => void;
}) {
  const { project, pool, simulated } = useScopeFields();
  return (
    <FilterBar
      label="Filter the rankings"
      fields={[project, pool, simulated]}
      values={filters}
      onChange={onFilter}
    />
  );
}
