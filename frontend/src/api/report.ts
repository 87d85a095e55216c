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
const LISTS = new Set(["scores", "by_labeler", "warnings"]);

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

/** The accuracy on each labeler's pairs (R63), most pairs first. */
export function accuracyByLabeler(report: unknown): { labeler: string; figure: ReportedFigure }[] {
  const places = [branch(report, "validation", "by_labeler"), branch(report, "by_labeler")];
  const found = places.find(isTree) ?? {};
  return Object.entries(found)
    .flatMap(([labeler, node]) => {
      const figure = figureOf(node);
      // Records carry the number of an account, never a name.
      const name = /^\d+$/.test(labeler) ? `Labeler ${labeler}` : labeler;
      return figure ? [{ labeler: name, figure }] : [];
    })
    .sort((a, b) => (b.figure.num_pairs ?? 0) - (a.figure.num_pairs ?? 0));
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

export function reportWarnings(report: unknown): string[] {
  const warnings = branch(report, "warnings");
  return Array.isArray(warnings) ? warnings.filter((item) => typeof item === "string") : [];
}
