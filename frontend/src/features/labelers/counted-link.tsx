import { Link } from "react-router";

import type { FactWords, WorkFact } from "@/api/research-types";

import type { Filters } from "./quality-query";
import { factAddress } from "./rows-address";

/** How much a fact counts, leading to the rows where there are any. */
export function CountedLink({
  words,
  fact,
  who,
  filters,
  children,
}: {
  words: FactWords;
  fact: WorkFact;
  /** Null for all together. */
  who: { id: number; display_name: string } | null;
  filters: Filters;
  children: string;
}) {
  if (fact.num_counted === 0) return children;
  return (
    <Link
      to={factAddress(filters, words.key, who?.id ?? null)}
      aria-label={`${children}: ${words.label}, ${who?.display_name ?? "all together"}`}
    >
      {children}
    </Link>
  );
}
