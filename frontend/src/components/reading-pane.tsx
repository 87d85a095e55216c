import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { KeyHint } from "./key-hint";
import { MarkdownText } from "./markdown-text";
import classes from "./reading-pane.module.css";
import { openingOf } from "./visible-text";

/** A text that stays in sight while something is done about it; it folds to one line. */
export function ReadingPane({
  title,
  text,
  isFolded,
  onFold,
  foldKey,
  isRaw = false,
  footer,
  children,
}: {
  title: string;
  text: string;
  isFolded: boolean;
  onFold: () => void;
  foldKey?: string;
  /** The text as its source, in fixed width. */
  isRaw?: boolean;
  /** What belongs under the text and scrolls with it. */
  children?: ReactNode;
  /** What is always in sight below the text, folded or not. */
  footer?: ReactNode;
}) {
  const { t } = useTranslation("workplace");
  return (
    <section className={classes.pane} aria-label={title} data-folded={isFolded || undefined}>
      <header className={classes.head}>
        <h2 className={classes.title}>{title}</h2>
        <button
          type="button"
          className={classes.fold}
          aria-expanded={!isFolded}
          onClick={onFold}
        >
          {isFolded ? t("unfold") : t("fold")} {foldKey && <KeyHint>{foldKey}</KeyHint>}
        </button>
      </header>
      {isFolded ? (
        <p className={classes.strip} dir="auto">
          {openingOf(text, 300)}
        </p>
      ) : (
        // A scrolled region must be reachable by key.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div className={classes.text} tabIndex={0} role="group" aria-label={t("paneText", { title })}>
          <MarkdownText text={text} isRaw={isRaw} />
          {children}
        </div>
      )}
      {footer && <div className={classes.footer}>{footer}</div>}
    </section>
  );
}
