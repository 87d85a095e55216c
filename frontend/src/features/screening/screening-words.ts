import type { Candidate, CandidateScore, Screening } from "@/api/screening-types";
import { formatShare } from "@/components/formats";

export const SCREENING_STATES = {
  open: { label: "Open", tone: "active", icon: "open" },
  closed: { label: "Closed", tone: "neutral", icon: "lock" },
} as const satisfies Record<Screening["state"], { label: string; tone: string; icon: string }>;

export const CANDIDATE_STATES = {
  submitted: { label: "To decide", tone: "caution", icon: "waiting" },
  accepted: { label: "Accepted", tone: "good", icon: "done" },
  rejected: { label: "Not accepted", tone: "neutral", icon: "stopped" },
} as const satisfies Record<Candidate["state"], { label: string; tone: string; icon: string }>;

export type Criterion = keyof Candidate["scores"];

export const CRITERIA: { key: Criterion; label: string; counted: string }[] = [
  { key: "flags", label: "Sensitive texts", counted: "text" },
  { key: "ranking", label: "Ranking", counted: "task" },
  { key: "demonstration", label: "Demonstrations", counted: "demonstration" },
];

/** 0.75 -> 75%; a grade is one of seven. */
export function formatScore(criterion: Criterion, value: number): string {
  return criterion === "demonstration" ? `${value.toFixed(1)} of 7` : formatShare(value, 0);
}

/** How a score stands to its soft cut-off, as a word beside its shape. */
export function markOf({ is_passed: isPassed }: CandidateScore) {
  if (isPassed === null) return { label: "Not scored", tone: "neutral", icon: "waiting" } as const;
  return isPassed
    ? ({ label: "Passed", tone: "good", icon: "done" } as const)
    : ({ label: "Below", tone: "caution", icon: "caution" } as const);
}
