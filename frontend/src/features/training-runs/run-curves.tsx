import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";

import { glossaryQuery, isLive } from "@/api/runs";
import type { Run } from "@/api/training-types";
import { EmptyNote } from "@/components/empty-note";
import { Loaded } from "@/components/loaded";
import { LoadingShape } from "@/components/loading-shape";
import { Section } from "@/components/section";

import { chartsOf, definitionOf } from "./metric-groups";
import type { MetricChart } from "./metric-groups";
import { MetricHint } from "./metric-hint";
import { MetricMeanings } from "./metric-meanings";
import { runMetricsQuery } from "./run-metrics";
import classes from "./run-page.module.css";
import { Smoothing } from "./smoothing";

// The chart library is large and only this page draws curves.
const LineChart = lazy(() =>
  import("@/components/line-chart").then((module) => ({ default: module.LineChart })),
);

/** Asks once more when a run ends, because its last steps come after the last poll. */
function useLastFigures(run: Run) {
  const queryClient = useQueryClient();
  const live = isLive(run.state);
  const { queryKey } = runMetricsQuery(run.id, live);
  useEffect(() => {
    if (!live) void queryClient.invalidateQueries({ queryKey });
    // The key changes only with the run.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [live, run.id, queryClient]);
}

function Curve({ chart, smoothing }: { chart: MetricChart; smoothing: number }) {
  const { title, unit, series, band, metrics } = chart;
  return (
    <LineChart
      title={title}
      unit={unit}
      definition={definitionOf(chart)}
      series={series}
      band={band}
      smoothing={smoothing}
    >
      <MetricHint chart={chart} />
      {metrics.length > 0 && (
        <details className={classes.meaning}>
          <summary>What it means</summary>
          <MetricMeanings metrics={metrics} />
        </details>
      )}
    </LineChart>
  );
}

/** The run's figures step by step, growing while it is live (R47). */
export function RunCurves({ run }: { run: Run }) {
  const [smoothing, setSmoothing] = useState(0);
  const metrics = useQuery(runMetricsQuery(run.id, isLive(run.state)));
  useLastFigures(run);
  const glossary = useQuery(glossaryQuery(run.stage));
  const explained = glossary.data?.steps;
  const points = metrics.data?.points;
  const charts = useMemo(() => chartsOf(points ?? [], explained ?? []), [points, explained]);

  return (
    <Section
      title="Curves"
      actions={charts.length > 0 && <Smoothing percent={smoothing} onChange={setSmoothing} />}
    >
      <Loaded query={metrics} skeleton={<LoadingShape height={220} />}>
        {() =>
          glossary.isPending ? (
            <LoadingShape height={220} />
          ) : charts.length === 0 ? (
            <EmptyNote title="No step is recorded yet">
              {isLive(run.state)
                ? "The first figures arrive with the first optimiser step."
                : "This run ended before its first step."}
            </EmptyNote>
          ) : (
            <Suspense fallback={<LoadingShape height={220} />}>
              <div className={classes.curves}>
                {charts.map((chart) => (
                  <Curve key={chart.title} chart={chart} smoothing={smoothing / 100} />
                ))}
              </div>
            </Suspense>
          )
        }
      </Loaded>
    </Section>
  );
}
