// What a finished run says about itself is a tree of figures that differs by stage. It is read
// here without trusting its shape, so that a figure nobody knows yet is still shown.

export interface ReportedFigure {
  value: number;
  low: number | null;
  high: number | null;
  num_pairs: number | null;
  num_prompts: number | null;
}

export interface AccuracyRow {
  label: string;
  figure: ReportedFigure;
  /** Whether it is only there to compare with. */
  isBaseline: boolean;
}

type Tree = Record<string, unknown>;

const BASELINES: Record<string, string> = {
  longer_text: "Longer text wins",
  chance: "Chance",
};
// Figures per completion or per labeler have their own place, not the list of single figures.
const LISTS = new Set([
  "scores",
  "by_labeler",
  "by_category",
  "by_k",
  "by_agreement",
  "reliability",
  "folds",
  "warnings",
  "evaluations",
  "broken_step",
]);

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function branch(tree: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((node, key) => (isTree(node) ? node[key] : undefined), tree);
}

function numberAt(tree: Tree, key: string): number | null {
  const value = tree[key];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function figureOf(node: unknown): ReportedFigure | null {
  if (!isTree(node)) return null;
  const value = numberAt(node, "value");
  if (value === null) return null;
  return {
    value,
    low: numberAt(node, "low"),
    high: numberAt(node, "high"),
    num_pairs: numberAt(node, "num_pairs"),
    num_prompts: numberAt(node, "num_prompts"),
  };
}

/** How often the model orders pairs as labelers did, beside what is right without learning. */
export function accuracyRows(report: unknown): AccuracyRow[] {
  const rows: AccuracyRow[] = [];
  const add = (label: string, node: unknown, isBaseline: boolean) => {
    const figure = figureOf(node);
    if (figure) rows.push({ label, figure, isBaseline });
  };
  add("Held-out pairs", branch(report, "validation", "accuracy"), false);
  add("Labelers it learned from", branch(report, "in_group"), true);
  add("Labelers left out", branch(report, "held_out"), false);
  const baselines = branch(report, "validation", "baselines");
  const known = isTree(baselines) ? baselines : {};
  for (const key of new Set([...Object.keys(BASELINES), ...Object.keys(known)])) {
    add(BASELINES[key] ?? key.replaceAll("_", " "), known[key], true);
  }
  add("Pairs it was trained on", branch(report, "train", "accuracy"), true);
  return rows;
}

/** Whether the report speaks of held-out accuracy without having had a pair to measure it on. */
export function lacksHeldOutPairs(report: unknown): boolean {
  const accuracy = branch(report, "validation", "accuracy");
  return isTree(accuracy) && figureOf(accuracy) === null;
}

export interface Breakdown {
  title: string;
  rows: { label: string; figure: ReportedFigure }[];
}

// How the labelers of a held-out pair ordered it.
const AGREEING: Record<string, string> = {
  single: "Ordered by one labeler",
  unanimous: "All alike",
  majority: "As the larger side did",
  minority: "As the smaller side did",
  split: "Half each way",
};

const BREAKDOWNS: { key: string; title: string; labelOf: (key: string) => string }[] = [
  // Records carry the number of an account, never a name.
  {
    key: "by_labeler",
    title: "By labeler",
    labelOf: (key) => (/^\d+$/.test(key) ? `Labeler ${key}` : key),
  },
  { key: "by_category", title: "By category", labelOf: (key) => key.replaceAll("_", " ") },
  { key: "by_k", title: "By number of completions", labelOf: (key) => `K = ${key}` },
  { key: "by_agreement", title: "By the labelers' agreement on the pair", labelOf: (key) => AGREEING[key] ?? key },
];

/** The accuracy on parts of the held-out pairs (R63), most pairs first; nothing to split is left out. */
export function accuracyBreakdowns(report: unknown): Breakdown[] {
  return BREAKDOWNS.flatMap(({ key, title, labelOf }) => {
    const places = [branch(report, "validation", key), branch(report, key)];
    const rows = Object.entries(places.find(isTree) ?? {})
      .flatMap(([name, node]) => {
        const figure = figureOf(node);
        return figure ? [{ label: labelOf(name), figure }] : [];
      })
      .sort((a, b) => (b.figure.num_pairs ?? 0) - (a.figure.num_pairs ?? 0));
    return rows.length > 0 ? [{ title, rows }] : [];
  });
}

function leaves(node: unknown, path: string[]): { path: string[]; value: string | number | boolean }[] {
  if (typeof node === "string" || typeof node === "number" || typeof node === "boolean") {
    return [{ path, value: node }];
  }
  if (Array.isArray(node) && node.length > 0 && node.every((item) => typeof item === "number")) {
    return [{ path, value: node.map((item: number) => Number(item.toPrecision(4))).join(", ") }];
  }
  // Figures with an interval are drawn in the chart.
  if (!isTree(node) || figureOf(node)) return [];
  return Object.entries(node)
    .filter(([key]) => !LISTS.has(key))
    .flatMap(([key, child]) => leaves(child, [...path, key]));
}

/** Every single figure of a report, named by its place. */
export function singleFigures(report: unknown): { name: string; value: string | number | boolean }[] {
  return leaves(report, []).map(({ path, value }) => {
    const words = path.map((key) => key.replace(/^num_/, "").replaceAll("_", " ")).join(": ");
    return { name: words.charAt(0).toUpperCase() + words.slice(1), value };
  });
}

export interface EvaluationRow {
  name: string;
  /** Null with the reason why. */
  figure: ReportedFigure | null;
  counted: string;
  reason: string;
}

/** The automatic evaluations that the run ended with (R75). */
export function evaluationRows(report: unknown): EvaluationRow[] {
  const evaluations = branch(report, "evaluations");
  return Object.entries(isTree(evaluations) ? evaluations : {}).flatMap(([name, node]) => {
    if (!isTree(node)) return [];
    const num = numberAt(node, "num");
    return [
      {
        name,
        figure: figureOf(node),
        counted: num !== null && typeof node.unit === "string" ? `${num} ${node.unit}` : "",
        reason: typeof node.reason === "string" ? node.reason : "",
      },
    ];
  });
}

export function reportWarnings(report: unknown): string[] {
  const warnings = branch(report, "warnings");
  return Array.isArray(warnings) ? warnings.filter((item) => typeof item === "string") : [];
}
