import { VisuallyHidden } from "@mantine/core";

import classes from "./ladder-chip.module.css";

/** What a chip tells about its completion without opening it. */
export interface ChipFacts {
  letter: string;
  rating: number | null;
  numProblems: number;
  opening: string;
  place: string;
  isContradicted: boolean;
}

function labelOf(facts: ChipFacts): string {
  const rating = facts.rating === null ? "not rated" : `rated ${facts.rating}`;
  const problems = facts.numProblems > 0 ? `, ${facts.numProblems} problems` : "";
  const contradicted = facts.isContradicted ? ", order and rating disagree" : "";
  return `${facts.place}, ${rating}${problems}${contradicted}`;
}

export function LadderChip({
  facts,
  isSelected,
  isDragging,
  onSelect,
}: {
  facts: ChipFacts;
  isSelected: boolean;
  isDragging: boolean;
  onSelect: () => void;
}) {
  return (
    <button
      type="button"
      className={classes.chip}
      aria-pressed={isSelected}
      title={facts.opening}
      data-dragging={isDragging || undefined}
      data-contradicted={facts.isContradicted || undefined}
      onClick={onSelect}
    >
      <VisuallyHidden>{labelOf(facts)}</VisuallyHidden>
      <span className={classes.letter} aria-hidden="true">
        {facts.letter}
      </span>
      <span className={classes.opening} dir="auto" aria-hidden="true">
        {facts.opening}
      </span>
      {facts.numProblems > 0 && (
        <span className={classes.problems} aria-hidden="true">
          {"●".repeat(Math.min(facts.numProblems, 3))}
        </span>
      )}
      <span className={classes.rating} aria-hidden="true">
        {facts.rating ?? "–"}
      </span>
    </button>
  );
}
