import { memo } from "react";
import { useTranslation } from "react-i18next";

import { CompletionText } from "./completion-text";
import type { Shown, Sightings } from "./completion-text";
import classes from "./completion-texts.module.css";
import type { Handle } from "./ordering";
import type { Layout } from "./use-preferences";

const Card = memo(function Card({
  shown,
  isCurrent,
  isRaw,
  summary,
  sightings,
  onSelect,
}: {
  shown: Shown;
  isCurrent: boolean;
  isRaw: boolean;
  summary: string;
  sightings: Sightings;
  onSelect: (handle: Handle) => void;
}) {
  const { t } = useTranslation("rankings");
  return (
    <article className={classes.card} data-current={isCurrent || undefined}>
      <header className={classes.cardHead}>
        <button
          type="button"
          className={classes.cardLetter}
          aria-pressed={isCurrent}
          aria-label={t("judge", { letter: shown.letter })}
          onClick={() => onSelect(shown.handle)}
        >
          {shown.letter}
        </button>
        <span>{summary}</span>
      </header>
      <CompletionText
        shown={shown}
        isRaw={isRaw}
        isFlowing
        sightings={sightings}
        onFocus={onSelect}
      />
    </article>
  );
});

export interface CompletionTextsProps {
  layout: Layout;
  /** Those that stand on screen, in the order shown. */
  shown: readonly Shown[];
  current: Handle;
  isRaw: boolean;
  summaryOf: (handle: Handle) => string;
  sightings: Sightings;
  onSelect: (handle: Handle) => void;
  onColumn: (column: HTMLElement | null) => void;
}

/** The completions on screen: one and perhaps its neighbour, some side by side, or all of them. */
export function CompletionTexts(props: CompletionTextsProps) {
  const { t } = useTranslation("rankings");
  const { layout, shown, current, isRaw, sightings, summaryOf, onSelect, onColumn } = props;
  if (layout === "single") {
    return (
      <div className={classes.texts}>
        {shown.map((completion, index) => (
          <CompletionText
            key={completion.handle}
            shown={completion}
            title={index > 0 ? t("beside", { letter: completion.letter }) : undefined}
            isRaw={isRaw}
            sightings={sightings}
          />
        ))}
      </div>
    );
  }
  return (
    <div className={classes[layout]} ref={onColumn}>
      {shown.map((completion) => (
        <Card
          key={completion.handle}
          shown={completion}
          isCurrent={completion.handle === current}
          isRaw={isRaw}
          summary={summaryOf(completion.handle)}
          sightings={sightings}
          onSelect={onSelect}
        />
      ))}
    </div>
  );
}
