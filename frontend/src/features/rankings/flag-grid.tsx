import { VisuallyHidden } from "@mantine/core";
import { Fragment } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { LabelItem } from "@/api/types";

import { CommandKey } from "./command-key";
import classes from "./flag-grid.module.css";

export interface AskedFlag {
  item: LabelItem;
  /** The command that turns it; the same for this flag in every task. */
  keyId: string;
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
  onNoProblemsAnywhere,
}: {
  asked: readonly AskedFlag[];
  flags: Readonly<Record<string, boolean>>;
  onTurn: (key: string) => void;
  onNoOtherProblems: () => void;
  onNoProblemsAnywhere: () => void;
}) {
  const { t } = useTranslation("rankings");
  const isAllAnswered = asked.every(({ item }) => flags[item.key] !== undefined);
  return (
    <div className={classes.grid} role="group" aria-label={t("flags")}>
      {asked.map(({ item, keyId }) => {
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
            <CommandKey id={keyId} />
            <span className={classes.label}>{breakable(item.label)}</span>{" "}
            {answer === "open" ? (
              <VisuallyHidden>{t("notAnswered")}</VisuallyHidden>
            ) : (
              <span className={classes.answer}>{t(answer)}</span>
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
        <CommandKey id="no-other-problems" />
        <span className={classes.label}>{t("noOtherProblems")}</span>
      </button>
      <button type="button" className={classes.rest} onClick={onNoProblemsAnywhere}>
        <CommandKey id="no-problems-anywhere" />
        <span className={classes.label}>{t("noProblemsAnywhere")}</span>
      </button>
    </div>
  );
}
