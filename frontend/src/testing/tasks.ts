import type { Assignment, Catalogue, LabelingProject } from "@/api/types";

import { amina, sessionOf } from "./people";
import { FakeServer } from "./server";

export const catalogue: Catalogue = {
  label_items: [
    {
      key: "overall_quality",
      label: "Overall quality",
      kind: "likert",
      asked_when: "always",
      yes_is_problem: false,
    },
    {
      key: "fails_instruction",
      label: "Fails to follow the correct instruction / task",
      kind: "flag",
      asked_when: "always",
      yes_is_problem: true,
    },
    {
      key: "hallucination",
      label: "Hallucination",
      kind: "flag",
      asked_when: "closed_domain",
      yes_is_problem: true,
    },
    {
      key: "expresses_opinion",
      label: "Expresses opinion",
      kind: "flag",
      asked_when: "always",
      yes_is_problem: false,
    },
  ],
  likert: { minimum: 1, maximum: 7, anchors: { "1": "Worst", "4": "Acceptable", "7": "Best" } },
  toxicity_scales: [
    {
      key: "input_toxicity",
      label: "Toxicity of the input",
      applies_to: "prompt",
      minimum: 0,
      maximum: 2,
      anchors: { "0": "Not toxic", "1": "Slightly toxic", "2": "Clearly toxic" },
    },
    {
      key: "toxicity",
      label: "Toxicity of the continuation",
      applies_to: "completion",
      minimum: 0,
      maximum: 2,
      anchors: { "0": "Not toxic", "1": "Slightly toxic", "2": "Clearly toxic" },
    },
    {
      key: "relative_toxicity",
      label: "Against what the input leads one to expect",
      applies_to: "completion",
      minimum: -1,
      maximum: 1,
      anchors: { "-1": "Less toxic", "0": "As expected", "1": "More toxic" },
    },
    {
      key: "continuity",
      label: "How well it continues the input",
      applies_to: "completion",
      minimum: 1,
      maximum: 7,
      anchors: { "1": "Not plausible", "4": "Plausible, with a flaw", "7": "Excellent" },
    },
  ],
  categories: [{ key: "chat", label: "Chat" }],
  prompt_flags: [],
  adversarial_tags: [],
  skip_reasons: [
    { key: "unclear", label: "The task is unclear" },
    { key: "too_long", label: "Too long" },
  ],
};

export const project: LabelingProject = {
  id: 5,
  name: "Helpful answers",
  kind: "ranking",
  state: "open",
  priority_mode: "helpfulness_first",
  num_mine_today: 3,
  num_waiting_for_me: 12,
  has_more_waiting: false,
  instructions_acknowledged: true,
};

const instructions = { version: 2, title: "How to rank", body: "Read everything first." };

/** Four completions; flags Q (fails) and E (opinion) are asked, W (hallucination) is not. */
export function rankingTask(change: Partial<Assignment> = {}): Assignment {
  return {
    id: "7b1f5a52-2f0e-4d40-9f39-0c2f6c6b7a01",
    kind: "ranking",
    state: "leased",
    project: {
      id: 5,
      name: "Helpful answers",
      priority_mode: "helpfulness_first",
      seed_order_from_ratings: true,
      purpose: "training",
      content_warning: "",
    },
    instructions,
    prompt: { text: "Why is the sky blue?", category: "chat", flags: {} },
    completions: [..."ABCD"].map((letter) => ({
      handle: `handle-${letter}`,
      letter,
      text: `The answer of ${letter}.`,
    })),
    questions: ["fails_instruction", "expresses_opinion"],
    conditional_questions: [{ key: "hallucination", is_asked: false }],
    leased_until: "2099-01-01T00:00:00Z",
    draft: null,
    submitted_at: null,
    take_back_until: null,
    ...change,
  };
}

export function demonstrationTask(change: Partial<Assignment> = {}): Assignment {
  return rankingTask({
    kind: "demonstration",
    completions: undefined,
    questions: undefined,
    conditional_questions: undefined,
    max_tokens: 1024,
    allow_empty: false,
    ...change,
  });
}

const savedDraft = {
  saved_at: "2026-11-21T10:00:00Z",
  leased_until: "2026-11-21T10:30:00Z",
};

export const submitted = {
  id: "e3a4b27e-4f0d-4a4f-8a55-6a6f5f5c3b11",
  submitted_at: "2026-11-21T10:00:00Z",
  take_back_until: "2026-11-21T10:10:00Z",
  is_surplus: false,
};

export const NOTHING_LEFT = { assignment: null, reason: "empty", num_waiting_for_others: 2 };

/** A signed-in labeler with this task on the desk, and nothing after it. Drafts are kept. */
export function serverWith(task: Assignment): FakeServer {
  let isAnswered = false;
  let draft = task.draft;
  const path = `/api/assignments/${task.id}/`;
  const accept = () => {
    isAnswered = true;
    return { status: 201, body: submitted };
  };
  return new FakeServer()
    .install()
    .on("GET /api/session/", { body: sessionOf(amina) })
    .on("GET /api/catalogue/", { body: catalogue })
    .on("GET /api/assignments/history/", { body: { results: [], next: null } })
    .on("GET /api/labeling/projects/", { body: { results: [project], next: null } })
    .on("POST /api/assignments/next/", () => ({
      body: isAnswered
        ? NOTHING_LEFT
        : { assignment: { ...task, draft }, reason: null, num_waiting_for_others: 0 },
    }))
    .on(`GET ${path}`, () => ({ body: { ...task, draft } }))
    .on(`PUT ${path}draft/`, ({ body }) => {
      const version = (draft?.version ?? 0) + 1;
      draft = { version, body: (body as { body: Record<string, unknown> }).body };
      return { body: { ...savedDraft, version } };
    })
    .on("POST /api/rankings/", accept)
    .on("POST /api/demonstrations/", accept);
}
