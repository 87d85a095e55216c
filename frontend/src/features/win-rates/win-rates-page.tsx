import { useQuery } from "@tanstack/react-query";

import type { Leaderboard } from "@/api/research-types";
import { EmptyNote } from "@/components/empty-note";
import { countOf, formatCount } from "@/components/formats";
import { HowCounted } from "@/components/how-counted";
import { LoadedFigures } from "@/components/loaded-figures";
import { LoadingShape } from "@/components/loading-shape";
import { PageHeader } from "@/components/page-header";
import { useAddressFilters } from "@/components/use-address-filters";

import { HeadToHeads, Panels, Prevalences, Ratings, Strengths, WinRates } from "./leaderboard-sections";
import { BaselineFilter, WinRateFilters } from "./win-rate-filters";
import { leaderboardQuery, SCOPE_FILTERS } from "./win-rate-queries";
import type { ScopeFilters } from "./win-rate-queries";

const FILTERS = [...SCOPE_FILTERS, "baseline", "flag"] as const;
type Filters = ScopeFilters & { baseline: string; flag: string };
type OnFilter = (name: keyof Filters, value: string) => void;

function sizeOf({ num_rankings: read, num_sealed: sealed, num_models_left_out: leftOut }: Leaderboard): string {
  const newest = read === sealed ? "" : ` of ${formatCount(sealed)}, the newest`;
  const others = leftOut === 0 ? "" : ` ${countOf(leftOut, "model")} with fewer judgments left out.`;
  return `${countOf(read, "sealed ranking")}${newest}.${others}`;
}

function Figures({ found, filters, onFilter }: { found: Leaderboard; filters: Filters; onFilter: OnFilter }) {
  if (found.models.length === 0) {
    return (
      <EmptyNote title="No sealed ranking fits">
        Choose other filters, or wait until rankings can no longer be taken back.
      </EmptyNote>
    );
  }
  return (
    <>
      <p>{sizeOf(found)}</p>
      <Strengths found={found} filters={filters} />
      <WinRates found={found} filters={filters} />
      <Panels found={found} filters={filters} />
      <HeadToHeads found={found} filters={filters} />
      <Ratings found={found} filters={filters} />
      <Prevalences found={found} filters={filters} flag={filters.flag} onFlag={(flag) => onFilter("flag", flag)} />
      <HowCounted
        terms={[
          ["Win rates and head to head", found.win_rate_definition],
          ["Strength", found.strength_definition],
          ["Clusters", found.cluster_definition],
          ["Few judgments", found.pooling_definition],
          ["Intervals", found.interval_method],
        ]}
      />
    </>
  );
}

/** Every model against every other, with what stands behind each figure (R35, R37, R38). */
export function WinRatesPage() {
  const [filters, setFilter] = useAddressFilters(FILTERS);
  const leaderboard = useQuery(leaderboardQuery(filters, filters.baseline));
  return (
    <>
      <PageHeader title="Win rates">
        Which model's completions people ranked above which. Only sealed rankings count.
      </PageHeader>
      <WinRateFilters filters={filters} onFilter={setFilter}>
        <BaselineFilter
          found={leaderboard.data}
          value={filters.baseline}
          onChange={(value) => setFilter("baseline", value)}
        />
      </WinRateFilters>
      <LoadedFigures query={leaderboard} skeleton={<LoadingShape height={320} />}>
        {(found) => <Figures found={found} filters={filters} onFilter={setFilter} />}
      </LoadedFigures>
    </>
  );
}
