import { memo, startTransition, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { whenIdle } from "@/components/when-idle";

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

/**
 * The texts that have been drawn: those once shown, and the others one by one in idle moments.
 *
 * To draw a long text takes longer than a key press should; to show one that is drawn does not.
 */
function useDrawn(completions: readonly Shown[], shown: readonly Shown[]): ReadonlySet<Handle> {
  const [drawn, setDrawn] = useState<ReadonlySet<Handle>>(() => new Set());
  const missing = shown.filter(({ handle }) => !drawn.has(handle));
  if (missing.length > 0) setDrawn(new Set([...drawn, ...missing.map(({ handle }) => handle)]));
  const next = completions.find(({ handle }) => !drawn.has(handle))?.handle;
  useEffect(() => {
    if (next === undefined) return undefined;
    return whenIdle(() =>
      startTransition(() => setDrawn((before) => new Set([...before, next]))),
    );
  }, [next]);
  return drawn;
}

function OneAtATime({ completions, shown, isRaw, sightings }: CompletionTextsProps) {
  const { t } = useTranslation("rankings");
  const drawn = useDrawn(completions, shown);
  const places = new Map(shown.map(({ handle }, index) => [handle, index]));
  return (
    <div className={classes.texts}>
      {completions
        .filter(({ handle }) => drawn.has(handle))
        .map((completion) => {
          const place = places.get(completion.handle);
          return (
            <CompletionText
              key={completion.handle}
              shown={completion}
              title={place === 1 ? t("beside", { letter: completion.letter }) : undefined}
              isHidden={place === undefined}
              isRaw={isRaw}
              sightings={sightings}
            />
          );
        })}
    </div>
  );
}

export interface CompletionTextsProps {
  completions: readonly Shown[];
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
  const { layout, shown, current, isRaw, sightings, summaryOf, onSelect, onColumn } = props;
  if (layout === "single") return <OneAtATime {...props} />;
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
