import { accuracyRows } from "@/api/report";

/** The one figure by which a version is judged in a list; null where its stage has none. */
export function headlineOf(report: unknown): string | null {
  const heldOut = accuracyRows(report).find(({ isBaseline }) => !isBaseline);
  if (!heldOut) return null;
  const { value, low, high } = heldOut.figure;
  const interval = low === null || high === null ? "" : ` [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  return `accuracy ${value.toFixed(3)}${interval}`;
}
