import type { StageMetric } from "@/api/training-types";

import classes from "./metric-hint.module.css";

/** What figures mean, how they are computed, and what to do when they are not healthy. */
export function MetricMeanings({ metrics }: { metrics: StageMetric[] }) {
  return (
    <dl className={classes.meanings}>
      {metrics.map(({ name, title, unit, meaning, formula, healthy, otherwise, source }) => (
        <div key={name}>
          <dt>
            {title} {unit && <span>{unit}</span>}
          </dt>
          <dd>{meaning}</dd>
          <dd>
            <code>{formula}</code>
          </dd>
          <dd>
            Healthy: {healthy}
            {/[.!?]$/.test(healthy) ? "" : "."} {otherwise}
          </dd>
          {source && <dd className={classes.source}>Source: {source}</dd>}
        </div>
      ))}
    </dl>
  );
}
