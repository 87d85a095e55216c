import type { AgreementFigure } from "@/api/research-types";

import { FILTERS } from "./agreement-query";
import type { Filter, Filters } from "./agreement-query";

/** Whose rankings stand behind a figure; nothing of it for those of all labelers who met. */
export const ROWS = ["labeler", "with", "flag", "compared", "holding"] as const;
export type RowsChoice = Partial<Record<(typeof ROWS)[number], string | number>>;

// What chooses within a prompt says nothing of how somebody works.
const WITHIN_A_PROMPT: readonly Filter[] = ["overlap", "source", "other"];

function queryOf(filters: Partial<Filters>, names: readonly Filter[]): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of names) {
    const value = filters[name] ?? "";
    if (value !== "") query.set(name, value);
  }
  return query;
}

/** The address of the rankings behind a figure, under the same filters. */
export function rowsAddress(filters: Partial<Filters>, choice: RowsChoice = {}): string {
  const query = queryOf(filters, FILTERS);
  for (const name of ROWS) {
    const value = choice[name];
    if (value !== undefined) query.set(name, String(value));
  }
  const search = query.toString();
  return search === "" ? "/agreement/rankings" : `/agreement/rankings?${search}`;
}

// Wherever there are pairs there are comparisons, of which the rankings are in any case.
const EVERYWHERE: readonly AgreementFigure["made_of"][] = ["pairs", "comparisons"];

/** The same of the prompts that hold some of what a figure is made of. */
export function figureAddress(filters: Partial<Filters>, { made_of: made }: Pick<AgreementFigure, "made_of">): string {
  return rowsAddress(filters, EVERYWHERE.includes(made) ? {} : { holding: made });
}

/** The address of what is known about how a labeler works, under those filters that the page has. */
export function labelerAddress(filters: Filters, labelerId: number): string {
  const query = queryOf(filters, FILTERS.filter((name) => !WITHIN_A_PROMPT.includes(name)));
  query.set("labeler", String(labelerId));
  return `/labelers?${query.toString()}`;
}

/** The week that begins on a Monday, as filters: both days are included. */
export function weekFilters(filters: Filters, monday: string): Filters {
  const last = new Date(`${monday}T00:00:00Z`);
  last.setUTCDate(last.getUTCDate() + 6);
  return { ...filters, since: monday, until: last.toISOString().slice(0, 10) };
}
