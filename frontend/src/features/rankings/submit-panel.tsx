import { Button } from "@mantine/core";
import type { TFunction } from "i18next";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import type { Submitting } from "@/api/use-submission";
import { SubmissionProgress } from "@/components/submission-state";

import { CommandKey, useKeyName } from "./command-key";
import type { Contradiction, Handle } from "./ordering";
import classes from "./submit-panel.module.css";
import type { Readiness } from "./submit-ranking";
import { listWords } from "./words";

function missingWords(
  t: TFunction<"rankings">,
  readiness: Readiness,
  letterOf: (handle: Handle) => string,
  key: string | null,
): string {
  const { unrated, unanswered, unplaced } = readiness;
  const letters = (handles: readonly Handle[]) => listWords(handles.map(letterOf));
  return [
    readiness.isInputUnrated && t("missing.input"),
    unrated.length > 0 && t("missing.unrated", { letters: letters(unrated) }),
    unanswered.length > 0 &&
      (key
        ? t("missing.unanswered", { letters: letters(unanswered), key })
        : t("missing.unansweredNoKey", { letters: letters(unanswered) })),
    unplaced.length > 0 && t("missing.unplaced", { letters: letters(unplaced) }),
  ]
    .filter(Boolean)
    .join(" ");
}

interface ContradictionActions {
  letterOf: (handle: Handle) => string;
  ratingOf: (handle: Handle) => number | null;
  onFixOrder: (pair: Contradiction) => void;
  onFixRating: (pair: Contradiction) => void;
  onKeep: (pairs: readonly Contradiction[]) => void;
}

/** One pair at a time: fixing one often settles the others. */
function Contradictions({
  pairs,
  actions,
}: {
  pairs: readonly Contradiction[];
  actions: ContradictionActions;
}) {
  const { t } = useTranslation("rankings");
  const { letterOf, ratingOf } = actions;
  const [pair] = pairs;
  if (!pair) return null;
  const above = letterOf(pair.above);
  const below = letterOf(pair.below);
  return (
    <section className={classes.notice} aria-label={t("disagree")}>
      <p>
        {t("contradiction", {
          above,
          below,
          rating: ratingOf(pair.above) ?? "–",
          other: ratingOf(pair.below) ?? "–",
        })}{" "}
        {pairs.length > 1 && t("moreLikeThis", { count: pairs.length - 1 })}
      </p>
      <div className={classes.fixes}>
        <button type="button" onClick={() => actions.onFixOrder(pair)}>
          {t("putAbove", { above, below })}
        </button>
        <button type="button" onClick={() => actions.onFixRating(pair)}>
          {t("rateAgain", { letter: above })}
        </button>
        <button type="button" onClick={() => actions.onKeep(pairs)}>
          {t("keepOnPurpose")}
        </button>
      </div>
    </section>
  );
}

function ConfirmDraftOrder({ onConfirm, onBack }: { onConfirm: () => void; onBack: () => void }) {
  const { t } = useTranslation("rankings");
  const confirm = useRef<HTMLButtonElement>(null);
  useEffect(() => confirm.current?.focus(), []);
  return (
    <div className={classes.notice} role="group" aria-label={t("confirmOrder")} data-native-keys>
      <p>{t("confirmWords")}</p>
      <div className={classes.row}>
        <Button ref={confirm} size="compact-sm" onClick={onConfirm}>
          {t("submitSo")}
        </Button>
        <Button size="compact-sm" variant="default" onClick={onBack}>
          {t("orderByHand")}
        </Button>
      </div>
    </div>
  );
}

export interface SubmitPanelProps extends ContradictionActions {
  readiness: Readiness;
  /** Read for a moment only, and not to the end. Said, never enforced. */
  unread: readonly Handle[];
  submitting: Submitting;
  isConfirming: boolean;
  onSubmit: () => void;
  onConfirm: () => void;
  onBack: () => void;
}

/** The last step: what is missing, what looks odd, and the way out. */
export function SubmitPanel(props: SubmitPanelProps) {
  const { readiness, submitting } = props;
  const { t } = useTranslation("rankings");
  const key = useKeyName("no-other-problems");
  const missing = missingWords(t, readiness, props.letterOf, key);
  return (
    <div className={classes.panel}>
      <Contradictions pairs={readiness.contradictions} actions={props} />
      {props.isConfirming && (
        <ConfirmDraftOrder onConfirm={props.onConfirm} onBack={props.onBack} />
      )}
      <SubmissionProgress submitting={submitting} />
      {missing && <p className={classes.missing}>{missing}</p>}
      {readiness.isComplete && props.unread.length > 0 && (
        <p className={classes.unread} role="note">
          {t("unread", { letters: listWords(props.unread.map(props.letterOf)) })}
        </p>
      )}
      <Button
        fullWidth
        disabled={!readiness.isComplete || submitting.isUnderWay}
        onClick={props.onSubmit}
        rightSection={<CommandKey id="submit" />}
      >
        {t("submit")}
      </Button>
    </div>
  );
}
