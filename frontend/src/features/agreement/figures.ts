import type { AgreementFigure, Figure } from "@/api/research-types";
import { countOf, formatCount, formatFixed, formatShare } from "@/components/formats";
import type { Interval } from "@/components/interval-scale";
import type { FigureSize } from "@/components/undrawn";

/** A figure that can be drawn; null for one that is not defined. */
export function intervalOf(figure: { value: number | null; low: number | null; high: number | null }): Interval | null {
  if (figure.value === null || !Number.isFinite(figure.value)) return null;
  return { value: figure.value, low: figure.low, high: figure.high };
}

/** Shares of agreement read as percentages, coefficients such as alpha as numbers. */
export function isShare(key: string): boolean {
  return !/alpha|kappa/.test(key);
}

/** `72.6%` or `0.239`; null for a figure that is not defined. */
export function figureText(key: string, value: number | null): string | null {
  if (value === null || !Number.isFinite(value)) return null;
  return isShare(key) ? asShare(value) : asCoefficient(value);
}

export const asShare = (value: number) => formatShare(value);
export const asCoefficient = (value: number) => formatFixed(value, 3);

/** `95% interval 70.1% to 74.9%`, or why there is none. */
export function intervalText(key: string, figure: Figure): string {
  const low = figureText(key, figure.low);
  const high = figureText(key, figure.high);
  if (low === null || high === null) return figure.reason_no_interval ?? "No interval.";
  return `95% interval ${low} to ${high}`;
}

/** `< 0.001` or `0.024`. */
export function pValueText(pValue: number): string {
  return pValue < 0.001 ? "< 0.001" : pValue.toFixed(3);
}

/** The same of a tile; `116 of 2,295 threes of completions, on 16 prompts` where a share is of so few. */
export function tileSizeText(figure: AgreementFigure): string {
  const size = sizeText(figure, figure.counted);
  if (figure.key !== "circles" || figure.value === null) return size;
  return `${formatCount(Math.round(figure.value * figure.num_pairs))} of ${size}`;
}

/** The same, and why there is no interval where there is none: for a row that is drawn. */
export function noteOf(figure: Figure, counted: string): string {
  return withReason(sizeText(figure, counted), figure.reason_no_interval);
}

/** The same in columns, for the file of a chart. */
export function sizeOf({ num_pairs: n, num_prompts: prompts, ...figure }: Figure): FigureSize {
  return { n, prompts, reason: figure.value === null ? figure.reason_undefined : figure.reason_no_interval };
}

export function withReason(size: string, reason: string | null): string {
  return reason === null ? size : `${size}. ${reason}`;
}

/** `1,204 comparisons between two labelers, on 88 prompts` */
export function sizeText(figure: Figure, counted: string): string {
  return `${formatCount(figure.num_pairs)} ${counted}, on ${countOf(figure.num_prompts, "prompt")}`;
}
