import { useTranslation } from "react-i18next";

import { clockWords } from "@/components/duration";
import { KeyHint } from "@/components/key-hint";
import { useNow } from "@/components/use-now";

import classes from "./last-answer.module.css";
import type { TakeBackable } from "./use-last-answer";

/** What became of the task before this one, and the way back to it. */
export function LastAnswer({
  lastAnswer,
  skipped,
  problem,
  onTakeBack,
  onUndoSkip,
}: {
  lastAnswer: TakeBackable | null;
  skipped: string | null;
  problem: string | null;
  onTakeBack: (id: string) => void;
  onUndoSkip: (id: string) => void;
}) {
  const { t } = useTranslation("assignments");
  const now = useNow();
  return (
    <div className={classes.last}>
      {skipped && (
        <p>
          {t("last.skipped")}{" "}
          <button type="button" onClick={() => onUndoSkip(skipped)}>
            {t("last.undo")}
          </button>
        </p>
      )}
      {lastAnswer && (
        <p>
          {t("last.submitted")}{" "}
          <button type="button" onClick={() => onTakeBack(lastAnswer.id)}>
            {t("last.takeBack")} <KeyHint>U</KeyHint>
          </button>{" "}
          <span className={classes.clock}>
            {t("last.left", { clock: clockWords(Date.parse(lastAnswer.take_back_until) - now) })}
          </span>
        </p>
      )}
      {problem && (
        <p role="alert" className={classes.problem}>
          {problem}
        </p>
      )}
    </div>
  );
}
