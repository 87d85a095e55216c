import type {
  CandidateDetail,
  OwnCandidacy,
  OwnScreening,
  Screening,
  ScreeningDetail,
  TextToFlag,
} from "@/api/screening-types";

export const texts: TextToFlag[] = ["An insult.", "A recipe.", "A threat."].map((text, index) => ({
  id: 10 + index,
  position: index + 1,
  text,
  is_sensitive: null,
}));

function part(numTotal: number, numAnswered: number, project: number | null) {
  return {
    num_total: numTotal,
    num_answered: numAnswered,
    num_skipped: 0,
    project,
    is_done: numAnswered === numTotal,
  };
}

/** Somebody in the middle of a screening, or wherever the changes say. */
export function ownScreening(changes: Partial<OwnCandidacy> = {}): OwnScreening {
  return {
    candidacy: {
      state: "in_progress",
      topics: [],
      cultural_groups: [],
      submitted_at: null,
      decided_at: null,
      progress: { flags: part(3, 1, null), ranking: part(4, 4, 31), demonstration: part(2, 0, 32) },
      ...changes,
    },
    max_named: 20,
    max_characters_named: 80,
  };
}

/** The same with every part done. */
export function finishedScreening(changes: Partial<OwnCandidacy> = {}): OwnScreening {
  return ownScreening({
    progress: { flags: part(3, 3, null), ranking: part(4, 4, 31), demonstration: part(2, 2, 32) },
    ...changes,
  });
}

export const noScreening: OwnScreening = { ...ownScreening(), candidacy: null };

export const openScreening: Screening = {
  id: 5,
  name: "Spring",
  state: "open",
  flags_cutoff: 0.75,
  ranking_cutoff: 0.75,
  demonstration_cutoff: 6,
  ranking_project: 31,
  demonstration_project: 32,
  created_at: "2026-01-02T10:00:00Z",
  num_in_progress: 2,
  num_submitted: 1,
  num_accepted: 0,
  num_rejected: 0,
};

export const screeningDetail: ScreeningDetail = {
  ...openScreening,
  rules: { flags: "Share of the texts.", ranking: "Over the pairs.", demonstration: "The mean." },
  experts: { num_flags: 2, num_ranking: 1 },
  mine: { flags: part(3, 3, null), ranking: part(4, 1, 31), demonstration: part(2, 0, 32) },
  num_to_grade: 2,
  topics: [{ topic: "Caste", num_labelers: 2 }],
};

export const candidate: CandidateDetail = {
  id: "00000000-0000-4000-8000-000000000001",
  code: "K7QM4D2P",
  screening: 5,
  state: "submitted",
  submitted_at: "2026-01-05T10:00:00Z",
  scores: {
    flags: {
      value: 0.5,
      reason_undefined: null,
      num_counted: 2,
      num_left_out: 1,
      cutoff: 0.75,
      is_passed: false,
    },
    ranking: {
      value: 0.9,
      reason_undefined: null,
      num_counted: 4,
      num_left_out: 0,
      cutoff: 0.75,
      is_passed: true,
    },
    demonstration: {
      value: null,
      reason_undefined: "2 of 2 demonstrations have no grade yet.",
      num_counted: 0,
      num_left_out: 2,
      cutoff: 6,
      is_passed: null,
    },
  },
  topics: ["Law"],
  cultural_groups: [],
  decision: null,
  texts: [
    { text: "An insult.", is_sensitive: true, num_experts_sensitive: 2, num_experts_not: 0 },
  ],
  demonstrations: [{ prompt: "How do I hurt him?", text: "I would rather not.", grades: [] }],
};
