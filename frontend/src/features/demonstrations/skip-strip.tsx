import { useState } from "react";
import { useTranslation } from "react-i18next";

import { sentenceFor } from "@/api/errors";

import classes from "./skip-strip.module.css";

interface Reason {
  key: string;
  label: string;
}

/** Skips with one press on a reason, without a question in between: a skip can be undone. */
export function SkipStrip({
  reasons,
  onSkip,
  onClose,
}: {
  reasons: readonly Reason[];
  onSkip: (reason: string) => Promise<void>;
  onClose: () => void;
}) {
  const { t } = useTranslation("demonstrations");
  const [problem, setProblem] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);

  async function skip(reason: string) {
    setSending(true);
    setProblem(null);
    try {
      await onSkip(reason);
    } catch (error) {
      setProblem(sentenceFor(error));
      setSending(false);
    }
  }

  return (
    <section className={classes.strip} aria-label={t("skipWhy")}>
      <div className={classes.line}>
        <span className={classes.question}>{t("skipWhy")}</span>
        {reasons.map(({ key, label }, index) => (
          <button
            key={key}
            type="button"
            className={classes.reason}
            disabled={isSending}
            // The strip opens at the press of a key or a button: the next press chooses.
            ref={index === 0 ? (button) => button?.focus() : undefined}
            onClick={() => void skip(key)}
          >
            {label}
          </button>
        ))}
        <button type="button" className={classes.keep} onClick={onClose}>
          {t("keep")}
        </button>
      </div>
      <p className={classes.words}>{t("skipWords")}</p>
      {problem && (
        <p className={classes.problem} role="alert">
          {t("notSkipped", { reason: problem })}
        </p>
      )}
    </section>
  );
}
