import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Review, ToReview } from "@/api/research-types";
import { MarkdownText } from "@/components/markdown-text";
import { ReadText } from "@/components/read-text";
import { TextDiff } from "@/components/text-diff";

import { ReviewFacts } from "./review-facts";
import classes from "./reviews.module.css";
import { VerdictForm } from "./verdict-form";

/** The versions of an answer that were returned, and what became of the latest. */
function ReturnedBefore({ item }: { item: ToReview }) {
  const { t } = useTranslation("reviews");
  const [latest] = item.returned_before;
  const [isCompared, setCompared] = useState(true);
  if (!latest) return null;
  return (
    <section className={classes.before} aria-label={t("before")}>
      <p className={classes.label}>{t("beforeWords")}</p>
      {item.returned_before.map((version) => (
        <blockquote key={version.returned_at} className={classes.quote}>
          <ReadText text={version.comment} />
        </blockquote>
      ))}
      <button
        type="button"
        className={classes.later}
        aria-expanded={isCompared}
        onClick={() => setCompared(!isCompared)}
      >
        {t("sinceReturn")}
      </button>
      {isCompared && (
        <div className={classes.changes} role="group" aria-label={t("sinceReturn")}>
          <TextDiff before={latest.text} after={item.text} />
        </div>
      )}
    </section>
  );
}

/** One answer to review: what was asked on one side, what was written beside it. */
export function ReviewDesk({
  item,
  onDecided,
  onLater,
}: {
  item: ToReview;
  onDecided: (review: Review) => void;
  onLater: (() => void) | null;
}) {
  const { t } = useTranslation("reviews");
  return (
    <article className={classes.desk}>
      <section className={classes.prompt} aria-label={t("prompt")}>
        <p className={classes.project}>{item.project.name}</p>
        <h2 className={classes.label}>{t("prompt")}</h2>
        <MarkdownText text={item.prompt.text} />
        <ReviewFacts item={item} />
      </section>
      <div className={classes.side}>
        <ReturnedBefore item={item} />
        <section aria-label={t("answer")}>
          <h2 className={classes.label}>{t("answer")}</h2>
          <MarkdownText text={item.text} />
        </section>
        <VerdictForm item={item} onDecided={onDecided} onLater={onLater} />
      </div>
    </article>
  );
}
