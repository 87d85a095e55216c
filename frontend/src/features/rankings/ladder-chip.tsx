import { VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";

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

function useLabel(facts: ChipFacts): string {
  const { t } = useTranslation("rankings");
  const { rating, numProblems, isContradicted } = facts;
  return [
    facts.place,
    rating === null ? t("chip.notRated") : t("chip.rated", { rating }),
    numProblems > 0 && t("chip.problems", { count: numProblems }),
    isContradicted && t("chip.contradicted"),
  ]
    .filter(Boolean)
    .join(", ");
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
  const label = useLabel(facts);
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
      <VisuallyHidden>{label}</VisuallyHidden>
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
