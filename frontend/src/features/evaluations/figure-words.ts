import type { MeanFigure, ModelFigures } from "@/api/research-types";
import { countOf, formatCount, formatShare } from "@/components/formats";
import type { IntervalRow } from "@/components/interval-chart";

export interface NamedMean {
  name: string;
  figure: MeanFigure;
  isQuiet?: boolean;
}

/** `120 tasks on 88 prompts`, and why there is no interval where there is none. */
export function sizeOf(figure: MeanFigure, counted: string): string {
  const size = `${countOf(figure.n, counted)} on ${countOf(figure.num_prompts, "prompt")}`;
  return figure.reason_no_interval === null ? size : `${size}. ${figure.reason_no_interval}`;
}

/** What can be drawn; a figure that is not defined is said in words below. */
export function rowsOf(means: NamedMean[], counted: string): IntervalRow[] {
  return means.flatMap(({ name, figure, isQuiet }) => {
    const { value, low, high } = figure;
    if (value === null) return [];
    return [{ label: name, note: sizeOf(figure, counted), interval: { value, low, high }, isQuiet }];
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

/** `4.2 to 20.8, n 120` */
export function behindShare({ value, low, high, n }: MeanFigure): string {
  if (value === null) return "";
  const size = `n ${formatCount(n)}`;
  if (low === null || high === null) return size;
  return `${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)}, ${size}`;
}

/** The baseline stands among the others and is marked. */
export function nameOf({ source, is_baseline: isBaseline }: ModelFigures): string {
  return isBaseline ? `${source.name} (baseline)` : source.name;
}
