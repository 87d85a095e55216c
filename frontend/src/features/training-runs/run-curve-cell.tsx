import { useQuery } from "@tanstack/react-query";

import { isLive } from "@/api/runs";
import type { MetricsPoint, Run } from "@/api/training-types";
import { thin } from "@/components/curves";
import { formatMeasure } from "@/components/formats";
import { SparkLine } from "@/components/spark-line";

import { runMetricsQuery } from "./run-metrics";

// The one figure by which a stage is watched.
const WATCHED: Record<Run["stage"], string[]> = {
  sft: ["loss"],
  reward_model: ["accuracy", "loss"],
  generalisation: ["accuracy", "loss"],
  ppo: ["reward", "kl"],
  sampling: ["tokens_per_second"],
  scoring: ["mean_reward"],
};
const MAX_POINTS = 40;

function watchedIn(stage: Run["stage"], points: MetricsPoint[]) {
  for (const metric of WATCHED[stage]) {
    const curve = points.flatMap(({ step, metrics }) => {
      const value = metrics[metric];
      return typeof value === "number" && Number.isFinite(value) ? [{ x: step, y: value }] : [];
    });
    if (curve.length > 1) return { metric, curve };
  }
  return null;
}

/** The figure by which a run is watched, as a line small enough for a table. */
export function RunCurveCell({ run }: { run: Run }) {
  const metrics = useQuery(runMetricsQuery(run.id, isLive(run.state)));
  const watched = watchedIn(run.stage, metrics.data?.points ?? []);
  if (!watched) return null;
  const values = thin(watched.curve, MAX_POINTS).map(({ y }) => y);
  const newest = formatMeasure(values[values.length - 1] ?? 0);
  return <SparkLine values={values} label={`${watched.metric.replaceAll("_", " ")}, now ${newest}`} />;
}
