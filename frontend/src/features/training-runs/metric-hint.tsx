import type { StageMetric } from "@/api/training-types";
import { placeIn } from "@/components/curves";
import { formatMeasure } from "@/components/formats";
import { Icon } from "@/components/icons";

import type { MetricChart } from "./metric-groups";
import classes from "./metric-hint.module.css";

const BESIDE = { below: "below it", above: "above it" } as const;

interface Outside {
  title: string;
  newest: number;
  side: keyof typeof BESIDE;
}

/** The figures whose newest value is not where it should be. */
function outsidersOf({ metrics, series }: MetricChart): Outside[] {
  return metrics.flatMap((metric) => {
    const points = series.find(({ name }) => name === metric.title)?.points ?? [];
    const newest = points[points.length - 1]?.y;
    const side = newest === undefined ? "inside" : placeIn(metric, newest);
    return newest === undefined || side === "inside" ? [] : [{ title: metric.title, newest, side }];
  });
}

function Hint({ metric, isOnly }: { metric: StageMetric; isOnly: boolean }) {
  return (
    <p>
      {isOnly ? "Healthy: " : `${metric.title}, healthy: `}
      {metric.healthy}
    </p>
  );
}

/** In words, what the band of the chart says, and whether the newest figure lies outside it. */
export function MetricHint({ chart }: { chart: MetricChart }) {
  const bounded = chart.metrics.filter(({ low, high }) => low !== null || high !== null);
  const hinted = bounded.length > 0 ? bounded : chart.metrics.slice(0, 1);
  if (hinted.length === 0) return null;
  return (
    <div className={classes.hint}>
      {hinted.map((metric) => (
        <Hint key={metric.name} metric={metric} isOnly={chart.metrics.length === 1} />
      ))}
      {outsidersOf(chart).map(({ title, newest, side }) => (
        <p key={title} className={classes.outside}>
          <Icon name="caution" /> {title} now {formatMeasure(newest)}, {BESIDE[side]}
        </p>
      ))}
    </div>
  );
}
