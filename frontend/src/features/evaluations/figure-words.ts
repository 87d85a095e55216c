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

/** A share in a table: `12.5% (4.2 to 20.8)`, or a dash where nobody was asked. */
export function shareText({ value, low, high }: MeanFigure): string {
  if (value === null) return "not asked";
  if (low === null || high === null) return formatShare(value);
  return `${formatShare(value)} (${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)})`;
}

export function numberText({ n }: MeanFigure): string {
  return `n ${formatCount(n)}`;
}

/** The baseline stands among the others and is marked. */
export function nameOf({ source, is_baseline: isBaseline }: ModelFigures): string {
  return isBaseline ? `${source.name} (baseline)` : source.name;
}
