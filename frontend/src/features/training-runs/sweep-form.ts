import type { HyperparameterField } from "@/api/training-types";

import { readField, textOf } from "./hyperparameter-form";

export const MIN_VALUES = 2;
export const MAX_VALUES = 20;
const DIGITS = 4;

/** What is typed to vary one hyperparameter; no parameter means an ordinary run. */
export interface SweepChoice {
  parameter: string;
  values: string;
}

export const NO_SWEEP: SweepChoice = { parameter: "", values: "" };

/** The hyperparameters that can be varied: numbers. */
export function sweptFields(fields: HyperparameterField[]): HyperparameterField[] {
  return fields.filter(({ kind }) => kind === "int" || kind === "float");
}

/** The values typed, in their order, or why they cannot be used. */
export function readSweep(
  fields: HyperparameterField[],
  choice: SweepChoice,
): { values: number[] } | { problem: string } {
  const field = fields.find(({ name }) => name === choice.parameter);
  if (!field) return { problem: "Choose what to vary." };
  const texts = choice.values.split(/[\s;,]+/).filter((text) => text !== "");
  const values: number[] = [];
  for (const text of texts) {
    const reading = readField(field, text);
    if ("problem" in reading) return { problem: `${text}: ${reading.problem}` };
    values.push(Number(reading.value));
  }
  if (values.length < MIN_VALUES || values.length > MAX_VALUES) {
    return { problem: `Give ${MIN_VALUES} to ${MAX_VALUES} values.` };
  }
  if (new Set(values).size < values.length) return { problem: "Each value once." };
  return { values };
}

/** Values in equal ratios round a middle one, as learning rates are searched. */
export function geometricRound(middle: number, numValues: number): string {
  if (!(middle > 0)) return "";
  const half = (numValues - 1) / 2;
  // Four steps to a decade.
  const values = Array.from({ length: numValues }, (_, place) => middle * 10 ** ((place - half) / 4));
  return values.map((value) => textOf(Number(value.toPrecision(DIGITS)))).join(", ");
}
