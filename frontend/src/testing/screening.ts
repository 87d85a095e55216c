import type { OwnCandidacy, OwnScreening, TextToFlag } from "@/api/screening-types";

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
