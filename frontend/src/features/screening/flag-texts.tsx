import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { TextToFlag } from "@/api/screening-types";
import { EmptyNote } from "@/components/empty-note";
import { KeyHint } from "@/components/key-hint";
import { LinkButton } from "@/components/link-button";
import { ProblemNote } from "@/components/problem-note";
import { ProgressLine } from "@/components/progress-line";
import { ReadText } from "@/components/read-text";

import classes from "./screening.module.css";
import { useFlagKeys } from "./use-flag-keys";
import { useFlagging } from "./use-flagging";
import type { Flagging } from "./use-flagging";

function Answers({ text, onSay }: { text: TextToFlag; onSay: (isSensitive: boolean) => void }) {
  const { t } = useTranslation("screening");
  return (
    <div className={classes.answers} role="group" aria-label={t("texts.title")}>
      <button type="button" aria-pressed={text.is_sensitive === true} onClick={() => onSay(true)}>
        {t("texts.yes")} <KeyHint>Y</KeyHint>
      </button>
      <button type="button" aria-pressed={text.is_sensitive === false} onClick={() => onSay(false)}>
        {t("texts.no")} <KeyHint>N</KeyHint>
      </button>
    </div>
  );
}

function Moves({ flagging, total }: { flagging: Flagging; total: number }) {
  const { t } = useTranslation("screening");
  return (
    <div className={classes.moves}>
      <Button variant="default" disabled={flagging.index === 0} onClick={flagging.back}>
        {t("texts.back")}
      </Button>
      <Button variant="default" disabled={flagging.index === total - 1} onClick={flagging.forward}>
        {t("texts.forward")}
      </Button>
    </div>
  );
}

/** One text at a time, yes or no, nothing chosen beforehand (R11). */
export function FlagTexts({
  texts,
  screeningId,
  backTo,
}: {
  texts: TextToFlag[];
  screeningId: number | null;
  backTo: string;
}) {
  const { t } = useTranslation("screening");
  const flagging = useFlagging(screeningId, texts);
  useFlagKeys(flagging);
  const { text, index, numAnswered, problem } = flagging;
  const total = texts.length;
  if (!text) return <EmptyNote title={t("texts.none")} />;
  return (
    <div className={classes.flagger}>
      {problem !== null && <ProblemNote error={problem} title={t("texts.failed")} />}
      <ProgressLine
        share={numAnswered / total}
        label={t("texts.title")}
        words={t("texts.count", { number: index + 1, total })}
        more={t("texts.answered", { done: numAnswered, total })}
      />
      <div className={classes.text} aria-live="polite">
        <ReadText text={text.text} />
      </div>
      <Answers text={text} onSay={flagging.say} />
      <Moves flagging={flagging} total={total} />
      {numAnswered === total ? (
        <EmptyNote
          title={t("texts.allDone", { count: total })}
          actions={<LinkButton to={backTo}>{t("texts.finish")}</LinkButton>}
        >
          {t("texts.allDoneWords")}
        </EmptyNote>
      ) : (
        <p className={classes.keys}>{t("texts.keys")}</p>
      )}
    </div>
  );
}
