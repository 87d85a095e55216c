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
  metrics: string[];
}

// In the order in which a run's curves are read (R47). Figures of different scale never share a
// chart, or one of them would lie flat.
const GROUPS: Group[] = [
  { title: "Loss", unit: "nats", metrics: ["loss", "validation_loss", "pretraining_validation_loss"] },
  {
    title: "Accuracy",
    unit: "share of pairs",
    metrics: ["accuracy", "in_group_accuracy", "held_out_accuracy"],
  },
  { title: "Margin", unit: "reward", metrics: ["margin"] },
  { title: "Reward", unit: "per answer", metrics: ["reward", "score", "validation_reward"] },
  { title: "KL to the reference", unit: "nats per answer", metrics: ["kl"] },
  { title: "Policy loss", unit: "", metrics: ["policy_loss"] },
  { title: "Value error", unit: "reward squared", metrics: ["value_loss"] },
  { title: "Explained variance", unit: "share", metrics: ["explained_variance"] },
  { title: "Pretraining loss", unit: "nats", metrics: ["ptx_loss"] },
  { title: "Clip fraction", unit: "share of tokens", metrics: ["clipfrac"] },
  { title: "KL of the update", unit: "nats per token", metrics: ["approxkl"] },
  { title: "Policy ratio", unit: "", metrics: ["ratio", "first_ratio"] },
  { title: "Entropy", unit: "nats per token", metrics: ["entropy"] },
  { title: "Learning rate", unit: "", metrics: ["learning_rate", "value_learning_rate"] },
  {
    title: "Gradient norm",
    unit: "",
    metrics: ["gradient_norm", "ppo_gradient_norm", "ptx_gradient_norm", "value_gradient_norm"],
  },
  { title: "Response length", unit: "tokens", metrics: ["response_length"] },
  { title: "Answers that ended by themselves", unit: "share", metrics: ["eos_share"] },
  { title: "Speed", unit: "tokens per second", metrics: ["tokens_per_second"] },
];
const PLACES = new Map(
  GROUPS.flatMap((group, place) => group.metrics.map((metric) => [metric, { group, place }] as const)),
);
// They only count up; the progress says the same.
const COUNTERS = new Set([
  "completions",
  "episodes",
  "fold",
  "forward_rows",
  "pairs",
  "tokens",
  "updates",
]);

function spoken(metric: string): string {
  const words = metric.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function addPoint(curves: Map<string, Series>, name: string, x: number, y: number | null) {
  const curve = curves.get(name) ?? { name, points: [] };
  // A figure that was not finite comes as null.
  curve.points.push({ x, y: y ?? Number.NaN });
  curves.set(name, curve);
}

function curvesOf(points: MetricsPoint[]): Map<string, Series> {
  const curves = new Map<string, Series>();
  for (const { step, metrics } of points) {
    for (const [metric, value] of Object.entries(metrics)) {
      if (!COUNTERS.has(metric)) addPoint(curves, metric, step, value);
    }
  }
  return curves;
}

/** Every metric of a run as curves, those that belong together in one chart. */
export function chartsOf(points: MetricsPoint[]): MetricChart[] {
  const charts = new Map<string, { chart: MetricChart; place: number }>();
  for (const [metric, { points: places }] of curvesOf(points)) {
    const { group, place } = PLACES.get(metric) ?? {
      group: { title: spoken(metric), unit: "" },
      place: GROUPS.length,
    };
    const { title, unit } = group;
    const known = charts.get(title) ?? { chart: { title, unit, series: [] }, place };
    known.chart.series.push({ name: metric.replaceAll("_", " "), points: places });
    charts.set(title, known);
  }
  return [...charts.values()].sort((a, b) => a.place - b.place).map(({ chart }) => chart);
}
