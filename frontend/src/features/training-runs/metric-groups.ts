import type { MetricsPoint, StageMetric } from "@/api/training-types";
import type { Band, Series } from "@/components/curves";

export interface MetricChart {
  title: string;
  unit: string;
  series: Series[];
  /** Where the first of its figures that has a healthy range is healthy. */
  band: Band | null;
  /** What the figures of the chart mean; empty for one that the glossary does not know. */
  metrics: StageMetric[];
}

export function spoken(metric: string): string {
  const words = metric.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function addPoint(curves: Map<string, Series>, name: string, x: number, y: number | null) {
  const curve = curves.get(name) ?? { name, points: [] };
  // A figure that was not finite comes as null.
  curve.points.push({ x, y: y ?? Number.NaN });
  curves.set(name, curve);
}

export function curvesOf(points: MetricsPoint[]): Map<string, Series> {
  const curves = new Map<string, Series>();
  for (const { step, metrics } of points) {
    for (const [metric, value] of Object.entries(metrics)) addPoint(curves, metric, step, value);
  }
  return curves;
}

export function bandOf(metrics: StageMetric[]): Band | null {
  const bounded = metrics.find(({ low, high }) => low !== null || high !== null);
  return bounded ? { low: bounded.low, high: bounded.high } : null;
}

/** Figures of one chart share a scale and a unit; of different ones, one would lie flat. */
function chartOf(title: string, metrics: StageMetric[], curves: Map<string, Series>): MetricChart {
  return {
    title,
    unit: metrics[0]?.unit ?? "",
    series: metrics.flatMap(({ name, title: named }) => {
      const curve = curves.get(name);
      return curve ? [{ name: named, points: curve.points }] : [];
    }),
    band: bandOf(metrics),
    metrics,
  };
}

/** Every figure of a run as curves, in the glossary's order of reading; those it does not know last (R47). */
export function chartsOf(points: MetricsPoint[], glossary: StageMetric[]): MetricChart[] {
  const curves = curvesOf(points);
  const logged = glossary.filter(({ name, chart }) => chart !== "" && curves.has(name));
  const known = new Set(glossary.map(({ name }) => name));
  const titles = [...new Set(logged.map(({ chart }) => chart))];
  const strangers = [...curves.values()].filter(({ name }) => !known.has(name));
  return [
    ...titles.map((title) => chartOf(title, logged.filter(({ chart }) => chart === title), curves)),
    ...strangers.map(({ name, points: own }) => ({
      title: spoken(name),
      unit: "",
      series: [{ name: spoken(name), points: own }],
      band: null,
      metrics: [],
    })),
  ];
}

/** What goes with a file of the curves. */
export function definitionOf({ title, metrics }: Pick<MetricChart, "title" | "metrics">): string {
  const meanings = metrics.map((metric) => `${metric.title}: ${metric.meaning}`);
  return meanings.length > 0 ? meanings.join(" ") : `${title}, as the run reported it at each step.`;
}
