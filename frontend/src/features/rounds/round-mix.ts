import type { RoundRequest } from "@/api/training-types";

export interface Writer {
  /** The id of a model version; empty until one is chosen. */
  policy: string;
  /** As typed; empty leaves the weights to the server. */
  weight: string;
}

/** The round's own policy with its weight as typed, and the others. */
export interface Mix {
  ownWeight: string;
  others: Writer[];
}

export const ALONE: Mix = { ownWeight: "", others: [] };

/** The policy that a round starts from and eight others: a ranking has nine places at most. */
export const MAX_OTHERS = 8;

function isWeight(typed: string): boolean {
  return typed.trim() !== "" && Number.isFinite(Number(typed)) && Number(typed) >= 0;
}

function typedWeights({ ownWeight, others }: Mix): string[] {
  return [ownWeight, ...others.map(({ weight }) => weight)];
}

/** Why the round cannot be opened with these policies yet; null when it can. */
export function mixProblem(mix: Mix): string | null {
  if (mix.others.length === 0) return null;
  if (mix.others.some(({ policy }) => policy === "")) return "One of the other policies is still to choose.";
  const weights = typedWeights(mix);
  if (weights.every((typed) => typed.trim() === "")) return null;
  if (!weights.every(isWeight)) return "Every policy needs a weight from 0 on, or none of them has one.";
  return weights.every((typed) => Number(typed) === 0) ? "One of the weights must be above 0." : null;
}

/** What is sent of it; nothing where the round's own policy writes everything. */
export function mixOf(mix: Mix): Pick<RoundRequest, "other_policies" | "weights"> {
  if (mix.others.length === 0) return {};
  const weights = typedWeights(mix);
  const policies = { other_policies: mix.others.map(({ policy }) => policy) };
  return weights.every(isWeight) ? { ...policies, weights: weights.map(Number) } : policies;
}

/** The share of every policy in words, as `75%`. */
export function sharesOf(weights: number[]): string[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => `${Number(((100 * weight) / total).toFixed(1))}%`);
}
