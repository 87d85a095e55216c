import type { Share } from "@/api/research-types";
import { countOf, formatShare } from "@/components/formats";
import type { IntervalRow } from "@/components/interval-chart";

export interface NamedShare {
  name: string;
  figure: Share;
  to?: string;
}

/** What can be drawn, each with what stands behind it. */
export function drawnRows(shares: NamedShare[], counted: string): IntervalRow[] {
  return shares.flatMap(({ name, figure, to }) => {
    const { value, low, high, n, num_prompts: prompts } = figure;
    if (value === null) return [];
    const size = `${countOf(n, counted)} on ${countOf(prompts, "prompt")}`;
    return [{ label: name, note: size, to, interval: { value, low, high } }];
  });
}

/** Why the others are not: those that share a reason share a sentence. */
export function missingOf(shares: NamedShare[]): string[] {
  const namesOf = new Map<string, string[]>();
  for (const { name, figure } of shares) {
    if (figure.value !== null) continue;
    const reason = figure.reason_undefined ?? "";
    namesOf.set(reason, [...(namesOf.get(reason) ?? []), name]);
  }
  return [...namesOf].map(([reason, names]) => `${names.join("; ")}: not defined. ${reason}`);
}

/** What a leak figure says, in one sentence. */
export function leakVerdict({ value, low, high }: Share, chance: number): string {
  if (value === null) return "Whether it leaks is not known yet.";
  const told = `${formatShare(value)} are told right where luck alone tells ${formatShare(chance)}.`;
  if (low === null || high === null) return `${told} There is no interval, so this proves nothing yet.`;
  if (low > chance) return `The source leaks: ${told}`;
  return high < chance ? `Worse than luck: ${told}` : `No leak is shown: ${told}`;
}
