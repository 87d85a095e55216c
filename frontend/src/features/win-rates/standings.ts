import { pooledText } from "@/api/pooled";
import type { PooledPart } from "@/api/pooled";
import type { HeadToHead, Leaderboard, Rate, Standing } from "@/api/research-types";
import type { FiguresOfChart } from "@/components/chart";
import { countOf, formatCount, formatShare } from "@/components/formats";
import type { IntervalRow } from "@/components/interval-chart";
import type { Undrawn } from "@/components/undrawn";

import { SCOPE_FILTERS } from "./win-rate-queries";
import type { ScopeFilters } from "./win-rate-queries";

/** The address of the rankings behind a win rate, under the same filters. */
export function behindAddress(filters: ScopeFilters, model: number, other: number): string {
  return addressOf(filters, { model: String(model), other: String(other) });
}

/**
 * The same behind a figure of one model: of all that rank it, of those that said yes to a flag, or
 * of those that gave it a rating.
 */
export function modelAddress(
  filters: ScopeFilters,
  model: number,
  said: { flag?: string; rating?: number } = {},
): string {
  return addressOf(filters, {
    model: String(model),
    ...(said.flag === undefined ? {} : { said: said.flag }),
    ...(said.rating === undefined ? {} : { rating: String(said.rating) }),
  });
}

function addressOf(filters: ScopeFilters, choice: Record<string, string>): string {
  const query = new URLSearchParams(choice);
  for (const name of SCOPE_FILTERS) if (filters[name] !== "") query.set(name, filters[name]);
  return `/win-rates/rankings?${query.toString()}`;
}

export function sizeOf({ n, num_prompts: prompts, reason_no_interval: reason }: Rate, counted: string): string {
  const size = `${countOf(n, counted)} on ${countOf(prompts, "prompt")}`;
  return reason === null ? size : `${size}. ${reason}`;
}

export interface NamedRate {
  name: string;
  figure: Rate;
  /** Whose judgments these are, where several sizes of a model are taken together. */
  parts?: PooledPart[];
  to?: string;
  isQuiet?: boolean;
}

export function rowsOf(rates: NamedRate[], counted: string): IntervalRow[] {
  return rates.flatMap(({ name, figure, parts = [], to, isQuiet }) =>
    figure.value === null
      ? []
      : [
          {
            label: name,
            note: [sizeOf(figure, counted), pooledText(parts.map(({ label }) => label))].filter(Boolean).join(", "),
            // Those of one model are not all that the figure counts.
            to: parts.length > 0 ? undefined : to,
            parts,
            size: { n: figure.n, prompts: figure.num_prompts, reason: figure.reason_no_interval },
            interval: { value: figure.value, low: figure.low, high: figure.high },
            isQuiet,
          },
        ],
  );
}

/** `rank 1 to 2, cluster 1, 300 contests`, and why there is no interval where there is none. */
export function placeOf({ strength }: Standing): string {
  const { rank, rank_low: low, rank_high: high, cluster, num_contests: contests } = strength;
  const ranks = low === null || high === null || low === high ? `rank ${rank ?? "unknown"}` : `rank ${low} to ${high}`;
  const parts = [ranks, cluster === null ? null : `cluster ${cluster}`, countOf(contests, "contest")];
  const place = parts.filter((part) => part !== null).join(", ");
  return strength.reason_no_interval === null ? place : `${place}. ${strength.reason_no_interval}`;
}

export function strengthRows({ models }: Leaderboard, filters: ScopeFilters): IntervalRow[] {
  return models.flatMap((model) => {
    const { log_strength: value, low, high, num_contests: n, reason_no_interval: reason } = model.strength;
    if (value === null) return [];
    const to = modelAddress(filters, model.source.id);
    const size = { n, prompts: null, reason };
    return [{ label: model.source.name, note: placeOf(model), size, to, interval: { value, low, high } }];
  });
}

/** The models without a strength, for the file of the chart. */
export function withoutStrength({ models }: Leaderboard): Undrawn[] {
  return models.flatMap(({ source, strength: { log_strength: value, num_contests: n, reason_undefined: reason } }) =>
    value === null ? [{ label: source.name, n, prompts: null, reason }] : [],
  );
}

/** Why models have no strength, each reason once. */
export function noStrengths({ models }: Leaderboard): string[] {
  return [...new Set(models.flatMap(({ strength }) => strength.reason_undefined ?? []))];
}

export function rateBetween(found: Leaderboard, model: number, other: number): HeadToHead | undefined {
  return found.head_to_head.find((one) => one.model === model && one.other === other);
}

/** A row for each model over each other that it met. */
export function headToHeadFile({ models, head_to_head: pairs }: Leaderboard): FiguresOfChart {
  const nameOf = new Map(models.map(({ source }) => [source.id, source.name]));
  return {
    columns: ["Model", "Over", "Win rate", "95% low", "95% high", "n", "Prompts", "Missing because"],
    rows: pairs.map(({ model, other, win_rate: rate }) => [
      nameOf.get(model) ?? `model ${model}`,
      nameOf.get(other) ?? `model ${other}`,
      rate.value,
      rate.low,
      rate.high,
      rate.n,
      rate.num_prompts,
      rate.reason_undefined ?? rate.reason_no_interval ?? "",
    ]),
  };
}

/** Every two models that met, once, with the figure of either side: both lack the same. */
export function couplesOf({ models, head_to_head: pairs }: Leaderboard): { name: string; figure: Rate }[] {
  const nameOf = new Map(models.map(({ source }) => [source.id, source.name]));
  return pairs.flatMap(({ model, other, win_rate: figure }) =>
    model < other ? [{ name: `${nameOf.get(model)} and ${nameOf.get(other)}`, figure }] : [],
  );
}

/** `62.1%` and `(55 to 69, n 120)`, or `(no interval, n 3)` */
export function cellParts({ value, low, high, n }: Rate): [share: string, size: string] {
  if (value === null) return ["not defined", ""];
  const ends = low === null || high === null ? "no interval, " : `${(low * 100).toFixed(0)} to ${(high * 100).toFixed(0)}, `;
  return [formatShare(value), `(${ends}n ${formatCount(n)})`];
}
