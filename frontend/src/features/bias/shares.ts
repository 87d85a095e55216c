import type { LeakReport, Share } from "@/api/research-types";
import { SCOPE } from "@/api/scope";
import type { Scope } from "@/api/scope";
import { countOf, formatShare } from "@/components/formats";
import type { IntervalRow } from "@/components/interval-chart";

export interface NamedShare {
  name: string;
  figure: Share;
  to?: string;
}

const ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"];
const PLACE = "place:";

export function placeName(place: number): string {
  return `Shown ${ORDINALS[place] ?? `at place ${place + 1}`}`;
}

/** How the figure of a place is called in an address. */
export function placeKey(place: number): string {
  return `${PLACE}${place}`;
}

/** The place that a figure is about; null for the others. */
export function placeIn(key: string): number | null {
  const place = key.startsWith(PLACE) ? Number(key.slice(PLACE.length)) : Number.NaN;
  return Number.isInteger(place) ? place : null;
}

/** The address of the rankings behind a figure, under the same filters. */
export function behindAddress(filters: Scope, figure: string): string {
  return `/bias/rankings?${searchOf(filters, { figure })}`;
}

/** The same of the completions behind a figure about what shows: by a sight, of a source. */
export function toldAddress(filters: Scope, choice: Partial<Record<"sight" | "source", string>>): string {
  return `/bias/completions?${searchOf(filters, choice)}`;
}

function searchOf(filters: Scope, choice: Record<string, string>): string {
  const query = new URLSearchParams(choice);
  for (const name of SCOPE) if (filters[name] !== "") query.set(name, filters[name]);
  return query.toString();
}

/** What can be drawn, each with what stands behind it, and why it has no interval where it has none. */
export function drawnRows(shares: NamedShare[], counted: string): IntervalRow[] {
  return shares.flatMap(({ name, figure, to }) => {
    const { value, low, high, n, num_prompts: prompts, reason_no_interval: reason } = figure;
    if (value === null) return [];
    const size = `${countOf(n, counted)} on ${countOf(prompts, "prompt")}`;
    return [{ label: name, note: reason === null ? size : `${size}. ${reason}`, size: { n, prompts, reason }, to, interval: { value, low, high } }];
  });
}

/** How much was read for it, and what of that could not be compared. */
export function lookedAt({ num_completions: read, num_prompts_left_out: left }: LeakReport): string {
  const all = `${countOf(read, "completion")} looked at.`;
  if (left === 0) return all;
  const prompts = `${countOf(left, "prompt")} ${left === 1 ? "is" : "are"} left out`;
  return `${all} ${prompts}: with fewer than two of the sources on a prompt, its subject would tell the source.`;
}

/** What a leak figure says, in one sentence. */
export function leakVerdict({ value, low, high }: Share, chance: number): string {
  if (value === null) return "Whether it leaks is not known yet.";
  const told = `${formatShare(value)} are told right where luck alone tells ${formatShare(chance)}.`;
  if (low === null || high === null) return `${told} There is no interval, so this proves nothing yet.`;
  if (low > chance) return `The source leaks: ${told}`;
  return high < chance ? `Worse than luck: ${told}` : `No leak is shown: ${told}`;
}
