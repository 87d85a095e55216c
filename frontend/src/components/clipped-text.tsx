import { useState } from "react";
import type { ReactNode } from "react";

import classes from "./clipped-text.module.css";

// About what the clipped height holds; a little more is shown whole.
const MANY_CHARACTERS = 340;
const MANY_LINES = 8;

function isLong(text: string): boolean {
  return text.length > MANY_CHARACTERS || text.split("\n").length > MANY_LINES;
}

/** The beginning of a long text, and all of it on request. */
export function ClippedText({
  text,
  what,
  children,
}: {
  /** Decides whether there is anything to clip. */
  text: string;
  /** Of what there is more, for those who hear the button alone. */
  what: string;
  children: ReactNode;
}) {
  const [isOpen, setIsOpen] = useState(false);
  if (!isLong(text)) return <>{children}</>;
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
