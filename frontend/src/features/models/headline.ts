import { accuracyRows } from "@/api/report";
import type { ModelVersion } from "@/api/training-types";
import { countOf } from "@/components/formats";

function intervalOf(low: number | null, high: number | null): string {
  return low === null || high === null ? "" : ` [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

/**
 * The one figure by which a version is judged in a list: how it orders held-out pairs, or the win rate
 * that it was promoted on; null where there is neither.
 */
export function headlineOf({ report, evidence }: Pick<ModelVersion, "report" | "evidence">): string | null {
  const heldOut = accuracyRows(report).find(({ isBaseline }) => !isBaseline);
  if (heldOut) {
    const { value, low, high } = heldOut.figure;
    return `accuracy ${value.toFixed(3)}${intervalOf(low, high)}`;
  }
  if (evidence?.kind !== "human_evaluation") return null;
  const { value, low, high, num_labelers: labelers } = evidence;
  return `win rate ${value.toFixed(3)}${intervalOf(low, high)}, ${countOf(labelers ?? 0, "labeler")}`;
}
