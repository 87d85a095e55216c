import type { Project } from "@/api/research-types";

/** A ranking project, and below it the sources and the catalogue that its pages ask for. */
export const project: Project = {
  id: 4,
  name: "First round",
  kind: "ranking",
  purpose: "training",
  state: "open",
  k: 6,
  overlap: 2,
  priority: 0,
  languages: [],
  skills: [],
  content_warning: "",
  calibration_share: 0,
  calibration_overlap: 3,
  repeat_share: 0,
  unclear_skips_to_retire: 2,
  requires_review: false,
  num_qualified_labelers: 4,
  pool: "training",
  priority_mode: "helpfulness_first",
  seed_order_from_ratings: true,
  allow_empty_demonstrations: false,
  imported_from: "",
  created_at: "2026-01-02T10:00:00Z",
  instructions: { version: 1, title: "How to rank", body: "Read all of them." },
  num_tasks: 10,
  num_slots: 20,
  num_open: 12,
  num_submitted: 5,
};

export const sources = [
  { id: 2, kind: "model_version", name: "tiny-sft", num_completions: 40, created_at: "2026-01-01T00:00:00Z" },
  { id: 3, kind: "model_version", name: "tiny-ppo", num_completions: 7, created_at: "2026-01-01T00:00:00Z" },
];

export const catalogue = {
  label_items: [
    {
      key: "hallucination",
      label: "Hallucination",
      kind: "flag",
      asked_when: "closed_domain",
      yes_is_problem: true,
    },
  ],
  likert: { minimum: 1, maximum: 7, anchors: {} },
  categories: [{ key: "chat", label: "Chat" }],
  prompt_flags: [],
  adversarial_tags: [],
  skip_reasons: [],
};
