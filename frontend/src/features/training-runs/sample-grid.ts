import type { CheckpointSample, SamplePrompt } from "@/api/training-types";
import { differenceOf } from "@/components/text-difference";

/** How many checkpoints stand side by side before somebody asks for all of them. */
export const SHOWN_AT_FIRST = 4;

export interface Checkpoint {
  step: number;
  /** Over the prompts that were answered; null where no answer has one. */
  meanReward: number | null;
  meanKl: number | null;
}

export interface SampleRow {
  prompt: SamplePrompt;
  /** By the place of the checkpoint; undefined where this prompt was not answered. */
  cells: (CheckpointSample | undefined)[];
}

export interface SampleGrid {
  checkpoints: Checkpoint[];
  rows: SampleRow[];
}

function meanOf(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Fixed prompts by checkpoints, in their order. */
export function gridOf(prompts: SamplePrompt[], samples: CheckpointSample[]): SampleGrid {
  const byStep = new Map<number, Map<number, CheckpointSample>>();
  for (const sample of samples) {
    const answers = byStep.get(sample.step) ?? new Map<number, CheckpointSample>();
    byStep.set(sample.step, answers.set(sample.place, sample));
  }
  const steps = [...byStep.keys()].sort((one, other) => one - other);
  return {
    checkpoints: steps.map((step) => {
      const answers = [...(byStep.get(step)?.values() ?? [])];
      return {
        step,
        meanReward: meanOf(answers.map(({ reward }) => reward)),
        meanKl: meanOf(answers.map(({ kl_nats: kl }) => kl)),
      };
    }),
    rows: prompts.map((prompt) => ({
      prompt,
      cells: steps.map((step) => byStep.get(step)?.get(prompt.place)),
    })),
  };
}

/** The first checkpoint, which training began with, and the newest ones. */
export function withoutTheMiddle({ checkpoints, rows }: SampleGrid): SampleGrid {
  const first = checkpoints.length - SHOWN_AT_FIRST + 1;
  const isKept = (_: unknown, place: number) => place === 0 || place >= first;
  return {
    checkpoints: checkpoints.filter(isKept),
    rows: rows.map(({ prompt, cells }) => ({ prompt, cells: cells.filter(isKept) })),
  };
}

/** What part of an answer's words was not in the answer before; 0 for the same text. */
export function shareOfNewWords(before: string, after: string): number {
  const numWords = (text: string) => text.split(/\s+/u).filter((word) => word !== "").length;
  const total = numWords(after);
  if (before === after) return 0;
  if (total === 0) return 1;
  const added = differenceOf(before, after).filter(({ kind }) => kind === "added");
  return Math.min(1, added.reduce((sum, { text }) => sum + numWords(text), 0) / total);
}

/** A number of reward or divergence, and what it gained since the checkpoint before. */
export function figureWithChange(value: number | null, before: number | null | undefined): string {
  if (value === null) return "";
  const said = value.toFixed(2).replace("-", "−");
  if (before === null || before === undefined) return said;
  const change = value - before;
  const sign = change < 0 ? "−" : "+";
  return Math.abs(change) < 0.005 ? said : `${said} (${sign}${Math.abs(change).toFixed(2)})`;
}
