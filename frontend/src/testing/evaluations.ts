import type { Evaluation, EvaluationDetail, MeanFigure } from "@/api/research-types";

export const sft = { id: 3, name: "sft-2" };
export const ppo = { id: 8, name: "ppo-1" };

export const evaluation: Evaluation = {
  id: 12,
  name: "Policies, spring",
  kind: "ranking",
  state: "open",
  pool: "held_out",
  priority_mode: "truth_harmless_first",
  k: 5,
  overlap: 2,
  toxicity_instruction: null,
  content_warning: "",
  created_at: "2026-03-01T09:00:00Z",
  baseline: sft,
  models: [ppo],
  num_tasks: 100,
  num_slots: 200,
  num_open: 60,
  num_submitted: 120,
};

export function mean(value: number | null, change: Partial<MeanFigure> = {}): MeanFigure {
  return {
    value,
    low: value === null ? null : value - 0.05,
    high: value === null ? null : value + 0.05,
    n: value === null ? 0 : 120,
    num_prompts: value === null ? 0 : 100,
    reason_undefined: value === null ? "No sealed judgment answers this yet." : null,
    reason_no_interval: null,
    ...change,
  };
}

/** Of the model's own judgments, or of those of all its sizes. */
export function over(figure: MeanFigure, ...models: { id: number; name: string }[]) {
  return { figure, models };
}

export const detail: EvaluationDetail = {
  evaluation,
  num_rankings: 120,
  num_labelers: 6,
  win_rate_definition: "A tie counts one half.",
  pooling_definition: "Sizes of one model are taken together.",
  interval_method: "95% cluster bootstrap.",
  models: [
    {
      source: sft,
      is_baseline: true,
      num_judgments: 120,
      win_rate: null,
      likert: over(mean(4.1), sft),
      flags: [
        { key: "fails_instruction", label: "Fails to follow", ...over(mean(0.2), sft) },
        { key: "hallucination", label: "Hallucination", ...over(mean(null), sft) },
      ],
      scales: [],
    },
    {
      source: ppo,
      is_baseline: false,
      num_judgments: 120,
      win_rate: mean(0.734),
      likert: over(mean(5.2), ppo),
      flags: [
        { key: "fails_instruction", label: "Fails to follow", ...over(mean(0.1), ppo) },
        { key: "hallucination", label: "Hallucination", ...over(mean(null), ppo) },
      ],
      scales: [],
    },
  ],
  input_toxicity: null,
};
