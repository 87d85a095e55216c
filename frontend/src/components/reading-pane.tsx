import type { ReactNode } from "react";

import { KeyHint } from "./key-hint";
import { ReadText } from "./read-text";
import classes from "./reading-pane.module.css";
import { openingOf } from "./visible-text";

/** A text that stays in sight while something is done about it; it folds to one line. */
export function ReadingPane({
  title,
  text,
  isFolded,
  onFold,
  foldKey,
  children,
}: {
  title: string;
  text: string;
  isFolded: boolean;
  onFold: () => void;
  foldKey?: string;
  /** What belongs under the text. */
  children?: ReactNode;
}) {
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
          {isFolded ? "Unfold" : "Fold"} {foldKey && <KeyHint>{foldKey}</KeyHint>}
        </button>
      </header>
      {isFolded ? (
        <p className={classes.strip} dir="auto">
          {openingOf(text, 300)}
        </p>
      ) : (
        // A scrolled region must be reachable by key.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div className={classes.text} tabIndex={0} role="group" aria-label={`${title}, text`}>
          <ReadText text={text} />
          {children}
        </div>
      )}
    </section>
  );
}
