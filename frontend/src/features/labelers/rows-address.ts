import type { FactWords } from "@/api/research-types";

import { FILTERS } from "./quality-query";
import type { Filters } from "./quality-query";

type Key = FactWords["key"];

const OF_TASKS: readonly Key[] = ["skip_rate", "median_active_minutes"];
// Told on the page of ratings as well, by these names.
const FIGURES: Partial<Record<Key, string>> = { gold_agreement: "gold", researcher_agreement: "researchers" };

function addressOf(path: string, filters: Filters, chosen: Record<string, string>, labelerId: number | null): string {
  const query = new URLSearchParams(chosen);
  if (labelerId !== null) query.set("labeler", String(labelerId));
  for (const name of FILTERS) if (filters[name] !== "") query.set(name, filters[name]);
  const said = query.toString();
  return said === "" ? path : `${path}?${said}`;
}

/** The rankings of a labeler, or those that were compared with others, under the same filters. */
export function rankingsAddress(filters: Filters, labelerId: number | null): string {
  return addressOf("/agreement/rankings", filters, {}, labelerId);
}

/** The rows that a fact counts, each with its part: of one labeler, or of all together. */
export function factAddress(filters: Filters, key: Key, labelerId: number | null): string {
  // Of everybody it is a figure of the agreement, and leads where that does.
  if (key === "agreement_with_others" && labelerId === null) return rankingsAddress(filters, null);
  const path = OF_TASKS.includes(key) ? "/labelers/tasks" : "/agreement/counted";
  return addressOf(path, filters, { figure: FIGURES[key] ?? key }, labelerId);
}

/** The answers about a flag: the labeler's own, or how far above the others' they are. */
export function flagAddress(filters: Filters, kind: "shared" | "beside", flag: string, labelerId: number): string {
  return addressOf("/agreement/counted", filters, { figure: `${kind}:${flag}` }, labelerId);
}
