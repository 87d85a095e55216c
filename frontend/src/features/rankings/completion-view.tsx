import { VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { CommandKey } from "./command-key";
import { CompletionTexts } from "./completion-texts";
import type { CompletionTextsProps } from "./completion-texts";
import classes from "./completion-view.module.css";
import type { Handle } from "./ordering";

export interface CompletionViewProps extends CompletionTextsProps {
  isJudged: (handle: Handle) => boolean;
  onRaw: () => void;
  onLayout: () => void;
  onCompare: () => void;
  /** Asks which two to compare, while that is asked. */
  chooser: ReactNode;
  /** What is said about the completion in front. */
  dock: ReactNode;
}

function Tabs({ completions, current, isJudged, onSelect }: CompletionViewProps) {
  const { t } = useTranslation("rankings");
  return (
    <div className={classes.tabs} role="group" aria-label={t("completions")}>
      {completions.map(({ handle, letter }) => (
        <button
          key={handle}
          type="button"
          className={classes.tab}
          aria-pressed={handle === current}
          aria-label={t(isJudged(handle) ? "completionJudged" : "completionOpen", { letter })}
          data-judged={isJudged(handle) || undefined}
          onClick={() => onSelect(handle)}
        >
          {letter}
        </button>
      ))}
    </div>
  );
}

function Head(props: CompletionViewProps) {
  const { t } = useTranslation("rankings");
  const { completions, current, layout } = props;
  const position = completions.findIndex(({ handle }) => handle === current) + 1;
  return (
    <header className={classes.head}>
      <Tabs {...props} />
      <span className={classes.position}>
        {t("position", { position, count: completions.length })}
      </span>
      <div className={classes.views}>
        <button type="button" className={classes.quiet} onClick={props.onCompare}>
          <CommandKey id="compare" /> {t("compare")}
        </button>
        <button
          type="button"
          className={classes.quiet}
          title={t("layoutLabel", { name: t(`layouts.${layout}`) })}
          onClick={props.onLayout}
        >
          <CommandKey id="layout" /> {t(`layouts.${layout}`)}
        </button>
        <button
          type="button"
          className={classes.quiet}
          aria-pressed={props.isRaw}
          onClick={props.onRaw}
        >
          <CommandKey id="raw" /> {t("raw")}
        </button>
      </div>
    </header>
  );
}

/** The completions, whole, and what is said about the one in front. */
export function CompletionView(props: CompletionViewProps) {
  const { t } = useTranslation("rankings");
  const letter = props.completions.find(({ handle }) => handle === props.current)?.letter ?? "";
  return (
    <section className={classes.view} aria-label={t("completion", { letter })}>
      <VisuallyHidden component="h2">{t("completion", { letter })}</VisuallyHidden>
      <Head {...props} />
      {props.chooser}
      <CompletionTexts {...props} />
      {props.dock}
    </section>
  );
}
