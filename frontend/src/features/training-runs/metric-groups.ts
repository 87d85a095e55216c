import type { MetricsPoint } from "@/api/training-types";
import type { Series } from "@/components/curves";

export interface MetricChart {
  title: string;
  unit: string;
  series: Series[];
}

interface Group {
  title: string;
  unit: string;
  isPart: (metric: string) => boolean;
}

// The order in which a run's curves are read (R47). A metric belongs to the first that takes it.
const GROUPS: Group[] = [
  { title: "Learning rate", unit: "", isPart: (metric) => metric.includes("learning_rate") },
  { title: "Clip fraction", unit: "share", isPart: (metric) => metric.includes("clip") },
  { title: "Value error", unit: "", isPart: (metric) => /^value_|explained_variance/.test(metric) },
  { title: "Loss", unit: "nats", isPart: (metric) => /(^|_)loss$/.test(metric) },
  { title: "Accuracy", unit: "share of pairs", isPart: (metric) => metric.includes("accuracy") },
  { title: "KL to the reference", unit: "nats", isPart: (metric) => /(^|_)kl(_|$)/.test(metric) },
  { title: "Reward", unit: "", isPart: (metric) => /reward|score/.test(metric) },
  { title: "Entropy", unit: "nats", isPart: (metric) => metric.includes("entropy") },
  { title: "Gradient norm", unit: "", isPart: (metric) => metric.includes("norm") },
  { title: "Length", unit: "tokens", isPart: (metric) => /length|tokens/.test(metric) },
];
const READING_ORDER = [
  "Loss",
  "Accuracy",
  "KL to the reference",
  "Reward",
  "Value error",
  "Clip fraction",
  "Entropy",
  "Learning rate",
  "Gradient norm",
  "Length",
];

/** `kl_per_token` -> `kl per token`, with its phase where a metric has several. */
function nameOf(metric: string, phase: string, hasPhases: boolean): string {
  const words = metric.replaceAll("_", " ");
  return hasPhases && phase !== "" ? `${words}, ${phase}` : words;
}

function titleOf(metric: string): { title: string; unit: string } {
  const group = GROUPS.find(({ isPart }) => isPart(metric));
  if (group) return group;
  const words = metric.replaceAll("_", " ");
  return { title: words.charAt(0).toUpperCase() + words.slice(1), unit: "" };
}

function placeOf(title: string): number {
  const place = READING_ORDER.indexOf(title);
  return place < 0 ? READING_ORDER.length : place;
}

/** Every metric of a run as curves, those that belong together in one chart. */
export function chartsOf(points: MetricsPoint[]): MetricChart[] {
  const curves = new Map<string, { metric: string; phase: string; series: Series }>();
  const phasesOf = new Map<string, Set<string>>();
  for (const { step, phase, metrics } of points) {
    for (const [metric, value] of Object.entries(metrics)) {
      const key = `${metric}\n${phase}`;
      const curve = curves.get(key) ?? { metric, phase, series: { name: "", points: [] } };
      curve.series.points.push({ x: step, y: value });
      curves.set(key, curve);
      phasesOf.set(metric, (phasesOf.get(metric) ?? new Set()).add(phase));
    }
  }
  const charts = new Map<string, MetricChart>();
  for (const { metric, phase, series } of curves.values()) {
    const { title, unit } = titleOf(metric);
    const chart = charts.get(title) ?? { title, unit, series: [] };
    const hasPhases = (phasesOf.get(metric)?.size ?? 0) > 1;
    chart.series.push({ ...series, name: nameOf(metric, phase, hasPhases) });
    charts.set(title, chart);
  }
  return [...charts.values()].sort((a, b) => placeOf(a.title) - placeOf(b.title));
}
