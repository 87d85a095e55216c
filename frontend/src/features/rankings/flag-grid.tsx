import { VisuallyHidden } from "@mantine/core";
import { Fragment } from "react";
import type { ReactNode } from "react";

import type { LabelItem } from "@/api/types";
import { KeyHint } from "@/components/key-hint";

import classes from "./flag-grid.module.css";

export interface AskedFlag {
  item: LabelItem;
  /** The key that turns it; the same for this flag in every task. */
  keyName: string | null;
}

type Answer = "open" | "yes" | "no";

function answerOf(flags: Readonly<Record<string, boolean>>, key: string): Answer {
  const answer = flags[key];
  if (answer === undefined) return "open";
  return answer ? "yes" : "no";
}

/** Lets "violence/abuse/terrorism" break at its strokes and nowhere else. */
function breakable(label: string): ReactNode {
  return label.split("/").map((part, index) => (
    <Fragment key={part}>
      {index > 0 && (
        <>
          /<wbr />
        </>
      )}
      {part}
    </Fragment>
  ));
}

/** Yes-or-no questions about one completion; each is open until it is answered. */
export function FlagGrid({
  asked,
  flags,
  onTurn,
  onNoOtherProblems,
  children,
}: {
  asked: readonly AskedFlag[];
  flags: Readonly<Record<string, boolean>>;
  onTurn: (key: string) => void;
  onNoOtherProblems: () => void;
  /** What else belongs among the flags. */
  children?: ReactNode;
}) {
  const isAllAnswered = asked.every(({ item }) => flags[item.key] !== undefined);
  return (
    <div className={classes.grid} role="group" aria-label="Flags">
      {asked.map(({ item, keyName }) => {
        const answer = answerOf(flags, item.key);
        return (
          <button
            key={item.key}
            type="button"
            className={classes.flag}
            data-answer={answer}
            data-problem={item.yes_is_problem || undefined}
            onClick={() => onTurn(item.key)}
          >
            {keyName && <KeyHint>{keyName}</KeyHint>}
            <span className={classes.label}>{breakable(item.label)}</span>{" "}
            {answer === "open" ? (
              <VisuallyHidden>not answered</VisuallyHidden>
            ) : (
              <span className={classes.answer}>{answer === "yes" ? "Yes" : "No"}</span>
            )}
          </button>
        );
      })}
      <button
        type="button"
        className={classes.rest}
        disabled={isAllAnswered}
        onClick={onNoOtherProblems}
      >
        <KeyHint>0</KeyHint>
        <span className={classes.label}>No other problems</span>
      </button>
      {children}
    </div>
  );
}
