import { useState } from "react";
import type { ReactNode } from "react";

import classes from "./clipped-text.module.css";

// About what the clipped height holds in a narrow column; a little more is shown whole.
const MANY_CHARACTERS = 340;
const MANY_LINES = 8;

function isLong(text: string, manyCharacters: number): boolean {
  return text.length > manyCharacters || text.split("\n").length > MANY_LINES;
}

/** The beginning of a long text, and all of it on request. */
export function ClippedText({
  text,
  what,
  manyCharacters = MANY_CHARACTERS,
  children,
}: {
  /** Decides whether there is anything to clip. */
  text: string;
  /** Of what there is more, for those who hear the button alone. */
  what: string;
  /** From how many characters on the height is more than the clipped one. */
  manyCharacters?: number;
  children: ReactNode;
}) {
  const [isOpen, setIsOpen] = useState(false);
  if (!isLong(text, manyCharacters)) return <>{children}</>;
  return (
    <div>
      <div className={isOpen ? undefined : classes.clipped}>{children}</div>
      <button
        type="button"
        className={classes.more}
        aria-expanded={isOpen}
        aria-label={`${isOpen ? "Show less" : "Show all"} of ${what}`}
        onClick={() => {
          setIsOpen(!isOpen);
        }}
      >
        {isOpen ? "Show less" : "Show all"}
      </button>
    </div>
  );
}
