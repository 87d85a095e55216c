import type { Lineage } from "@/api/training-types";
import { countOf } from "@/components/formats";

/** `2,410 rankings and 120 demonstrations by 38 labelers, 3 Mar 2026 to 9 Mar 2026` */
export function labelsInWords(labels: Lineage["labels"], dateOf: (moment: string) => string): string {
  const { num_rankings: rankings, num_demonstrations: demonstrations } = labels;
  if (rankings + demonstrations === 0) return "No human label stands behind this version.";
  const what = [
    rankings > 0 ? countOf(rankings, "ranking") : null,
    demonstrations > 0 ? countOf(demonstrations, "demonstration") : null,
  ].filter((part) => part !== null);
  const who = `${what.join(" and ")} by ${countOf(labels.num_labelers, "labeler")}`;
  if (labels.first_at === null || labels.last_at === null) return `${who}.`;
  const [from, to] = [dateOf(labels.first_at), dateOf(labels.last_at)];
  return from === to ? `${who}, on ${from}.` : `${who}, ${from} to ${to}.`;
}
