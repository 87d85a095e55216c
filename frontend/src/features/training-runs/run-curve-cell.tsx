import type { RunCurve } from "@/api/training-types";
import { formatMeasure } from "@/components/formats";
import { SparkLine } from "@/components/spark-line";

/** The figure by which a run is watched, as a line small enough for a table. */
export function RunCurveCell({ curve }: { curve: RunCurve | undefined }) {
  if (!curve) return null;
  const { metric, values } = curve;
  const newest = formatMeasure(values[values.length - 1] ?? 0);
  return <SparkLine values={values} label={`${metric.replaceAll("_", " ")}, now ${newest}`} />;
}
