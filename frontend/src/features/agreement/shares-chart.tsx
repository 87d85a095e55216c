import type { AgreementReport } from "@/api/research-types";
import { CountBars } from "@/components/count-bars";
import { countOf } from "@/components/formats";

function behind(search: string, low: number): string {
  const query = new URLSearchParams(search);
  query.set("tenth", String(Math.round(low * 10)));
  return `/agreement/contested?${query.toString()}`;
}

/** How many prompts have how much agreement; a bar leads to its prompts. */
export function SharesChart({
  shares,
  search,
  definition,
}: {
  shares: AgreementReport["shares"];
  /** The filters of the page and of the prompts behind a bar; null where no list is of those. */
  search: string | null;
  definition: string;
}) {
  return (
    <CountBars
      title="Prompts by their agreement"
      definition={definition}
      step="Agreement in percent"
      counted="Prompts"
      bars={shares.map(({ low, num_prompts: count }) => {
        const from = Math.round(low * 100);
        return {
          label: `${from} to ${from + 10}`,
          words: `${from} to ${from + 10}%: ${countOf(count, "prompt")}`,
          count,
          to: search === null ? undefined : behind(search, low),
        };
      })}
    />
  );
}
