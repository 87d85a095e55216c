import type { AgreementRefresh, AgreementReport, Figure, PoolAgreement } from "@/api/research-types";

/** Figures that are worked out, with nothing on its way. */
export const settledRefresh: AgreementRefresh = {
  state: "idle",
  refreshed_at: "2026-03-09T10:00:00Z",
  started_at: null,
  num_changed: 0,
  num_done: 0,
  failed_at: null,
  failure: "",
};

const defined: Figure = {
  value: 0.7024,
  low: 0.684,
  high: 0.72,
  num_pairs: 17_842,
  num_prompts: 598,
  reason_undefined: null,
  reason_no_interval: null,
  chance: 0.5,
};
export const undefinedFigure: Figure = {
  value: null,
  low: null,
  high: null,
  num_pairs: 0,
  num_prompts: 0,
  reason_undefined: "No two labelers have judged the same pair of completions.",
  reason_no_interval: null,
  chance: null,
};
export const amina = { id: 7, display_name: "Amina Osei", pool: "training" } as const;
const otto = { id: 8, display_name: "Otto Berg", pool: "training" } as const;
const lea = { id: 9, display_name: "Lea Roth", pool: "held_out" } as const;

function week(day: string, value: number | null, isOutside: boolean): AgreementReport["trend"][number] {
  const band = value === null ? null : 0.7;
  return {
    week: day,
    value,
    expected: band,
    low: band && band - 0.05,
    high: band && band + 0.05,
    num_pairs: 240,
    is_outside: isOutside,
    reason_undefined: null,
  };
}

export const report: AgreementReport = {
  definition: {
    name: "Pairwise agreement, ties dropped",
    text: "Of all cases in which two labelers both preferred one completion.",
    tie_rule: "A pair that either labeler tied is dropped.",
    interval_method: "95% cluster bootstrap.",
    minimum_comparisons: 20,
  },
  num_rankings: 2410,
  num_prompts: 598,
  num_labelers: 38,
  figures: [
    { ...defined, key: "strict", label: "Pairwise agreement", definition: "Ties dropped.", counted: "comparisons", made_of: "strict_comparisons" },
    { ...undefinedFigure, key: "fleiss_kappa", label: "Fleiss' kappa", definition: "Beyond chance.", counted: "judgments", made_of: "comparisons" },
  ],
  labelers: [{ labeler: amina, agreement: undefinedFigure, num_rankings: 4, tie_share: defined }],
  refreshed_at: "2026-03-09T10:00:00Z",
  trend: [
    week("2026-03-02", 0.71, false),
    week("2026-03-09", 0.55, true),
    { ...week("2026-03-16", null, false), reason_undefined: "Only 5 comparisons; 15 more are needed." },
  ],
  trend_definition: "A week beside the band of all weeks.",
  versions: [{ id: 3, version: 2, title: "Clearer", created_at: "2026-03-05T08:00:00Z" }],
  shares: [{ low: 0.9, num_prompts: 12 }],
  together: [
    { a: amina, b: otto, agreement: { ...defined, num_pairs: 120 }, kappa: defined },
    { a: amina, b: lea, agreement: { ...undefinedFigure, num_pairs: 4 }, kappa: undefinedFigure },
  ],
  reference_lines: [{ label: "Training labelers of InstructGPT", value: 0.726, low: 0.711, high: 0.741, source: "section 3.4" }],
};

export const strictOf = (value: number): AgreementReport["figures"][number] => ({
  ...defined,
  value,
  key: "strict",
  label: "Pairwise agreement",
  definition: "Ties dropped.",
  counted: "comparisons",
  made_of: "strict_comparisons",
});
export const pools: PoolAgreement[] = [
  { pool: "training", interval_method: "95% cluster bootstrap.", figures: [strictOf(0.73)] },
  { pool: "held_out", interval_method: "95% cluster bootstrap.", figures: [strictOf(0.77)] },
];
