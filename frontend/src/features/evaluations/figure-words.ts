import { pooledOf, pooledText } from "@/api/pooled";
import type { PooledPart } from "@/api/pooled";
import type { MeanFigure, ModelFigures } from "@/api/research-types";
import type { FiguresOfChart } from "@/components/chart";
import { countOf, formatCount, formatShare } from "@/components/formats";
import type { IntervalRow } from "@/components/interval-chart";

export interface NamedMean {
  name: string;
  figure: MeanFigure;
  /** Whose judgments these are, where several sizes of a model are taken together. */
  parts?: PooledPart[];
  /** Where the rankings behind it are, where they are those of one model. */
  to?: string;
  isQuiet?: boolean;
}

/** Of which evaluation, and whether simulated labelers count, as the address says it. */
export interface Counted {
  evaluation: number;
  simulated: string;
}

/** The address of the rankings behind a figure of a model: of both of two, or that said yes to a flag. */
export function behindAddress(
  { evaluation, simulated }: Counted,
  model: number,
  of: { other?: number; flag?: string } = {},
): string {
  const query = new URLSearchParams({ project: String(evaluation), model: String(model) });
  if (of.other !== undefined) query.set("other", String(of.other));
  if (of.flag !== undefined) query.set("said", of.flag);
  if (simulated !== "") query.set("simulated", simulated);
  return `/win-rates/rankings?${query.toString()}`;
}

/** The address of the rankings behind the toxicity of the inputs. */
export function inputsAddress({ evaluation, simulated }: Counted): string {
  return `/evaluations/${evaluation}/inputs${simulated === "" ? "" : `?simulated=${simulated}`}`;
}

/** `120 tasks on 88 prompts`, and why there is no interval where there is none. */
export function sizeOf(figure: MeanFigure, counted: string): string {
  const size = `${countOf(figure.n, counted)} on ${countOf(figure.num_prompts, "prompt")}`;
  return figure.reason_no_interval === null ? size : `${size}. ${figure.reason_no_interval}`;
}

/** What can be drawn; a figure that is not defined is said in words below. */
export function rowsOf(means: NamedMean[], counted: string): IntervalRow[] {
  return means.flatMap(({ name, figure, parts = [], to, isQuiet }) => {
    const { value, low, high } = figure;
    if (value === null) return [];
    const note = [sizeOf(figure, counted), pooledText(parts.map(({ label }) => label))].filter(Boolean).join(", ");
    const size = { n: figure.n, prompts: figure.num_prompts, reason: figure.reason_no_interval };
    return [{ label: name, note, size, to, parts, interval: { value, low, high }, isQuiet }];
  });
}

/** Why some of the figures are missing, one sentence each. */
export function undefinedOf(means: NamedMean[]): string[] {
  return means.flatMap(({ name, figure }) =>
    figure.value === null ? [`${name}: not defined. ${figure.reason_undefined ?? ""}`] : [],
  );
}

/** A share in a table, and what stands behind it; nobody was asked where there is none. */
export function shareText({ value }: MeanFigure): string {
  return value === null ? "not asked" : formatShare(value);
}

/** `4.2 to 20.8` or `no interval`, and `n 120` that leads to the rankings. */
export function behindShare({ value, low, high, n }: MeanFigure): [ends: string, size: string] {
  if (value === null) return ["", ""];
  const ends = low === null || high === null ? "no interval" : `${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)}`;
  return [ends, `n ${formatCount(n)}`];
}

/** A row for every flag and model. */
export function flagsFile(models: ModelFigures[]): FiguresOfChart {
  return {
    columns: ["Flag", "Model", "Said yes", "95% low", "95% high", "n", "Prompts", "Taken together", "Missing because"],
    rows: models.flatMap((model) =>
      model.flags.map(({ label, figure, models: behind }) => [
        label,
        nameOf(model),
        figure.value,
        figure.low,
        figure.high,
        figure.n,
        figure.num_prompts,
        pooledOf({ models: behind }).map(({ name }) => name).join(" and "),
        figure.reason_undefined ?? figure.reason_no_interval ?? "",
      ]),
    ),
  };
}

/** The baseline, then who wins most often against it; those that nobody judged beside it come last. */
export function bestFirst(models: ModelFigures[]): ModelFigures[] {
  const placeOf = ({ is_baseline: isBaseline, win_rate: rate }: ModelFigures) =>
    isBaseline ? -Infinity : -(rate?.value ?? -1);
  return [...models].sort((one, other) => placeOf(one) - placeOf(other));
}

/** The baseline stands among the others and is marked. */
export function nameOf({ source, is_baseline: isBaseline }: ModelFigures): string {
  return isBaseline ? `${source.name} (baseline)` : source.name;
}
