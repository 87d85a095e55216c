import type { Assignment, Catalogue, LabelItem } from "@/api/types";

import type { Board } from "./board";

export type Scale = Catalogue["toxicity_scales"][number];
export type CompletionScale = "toxicity" | "relative_toxicity" | "continuity";
export const COMPLETION_SCALES: readonly CompletionScale[] = [
  "toxicity",
  "relative_toxicity",
  "continuity",
];

/** What has to be said about every completion before a board is finished. */
export interface Asked {
  kind: "ranking" | "toxicity";
  /** The flags, by key; none in a toxicity task. */
  flags: readonly string[];
}

/** A flag that depends on the prompt, and whether it is asked now. */
export interface ConditionalQuestion {
  item: LabelItem;
  isAsked: boolean;
}

export function isToxicity(assignment: Assignment): boolean {
  return assignment.kind === "toxicity";
}

/** Whether the ladder starts as a draft that follows the ratings. */
export function isSeeded(assignment: Assignment): boolean {
  return assignment.project.seed_order_from_ratings && !isToxicity(assignment);
}

/** The flags asked of this prompt, with what the labeler switched on or off (R26). */
export function askedOf(assignment: Assignment, board: Board): Asked {
  if (isToxicity(assignment)) return { kind: "toxicity", flags: [] };
  const given = assignment.questions ?? [];
  const conditional = assignment.conditional_questions ?? [];
  const added = conditional.map(({ key }) => key).filter((key) => !given.includes(key));
  return {
    kind: "ranking",
    flags: [...given, ...added].filter(
      (key) => board.questions[key] ?? given.includes(key),
    ),
  };
}

export function conditionalQuestions(
  assignment: Assignment,
  flagItems: readonly LabelItem[],
  asked: Asked,
): ConditionalQuestion[] {
  const keys = new Set((assignment.conditional_questions ?? []).map(({ key }) => key));
  return flagItems
    .filter(({ key }) => keys.has(key))
    .map((item) => ({ item, isAsked: asked.flags.includes(item.key) }));
}
