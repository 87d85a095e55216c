import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import { useKeptText } from "@/api/kept-text";
import type { Review, ReviewOutcome, ToReview } from "@/api/research-types";
import { useTextCheck } from "@/api/text-checks";
import { formatCount } from "@/components/formats";
import { ProblemNote } from "@/components/problem-note";
import { TextDiff } from "@/components/text-diff";

import { useReview } from "./review-queries";
import classes from "./reviews.module.css";

const GRADES = [1, 2, 3, 4, 5, 6, 7];
const MAX_COMMENT = 4_000;
const ANCHORED = new Set([1, 4, 7]);

function Grades({ grade, onGrade }: { grade: number | null; onGrade: (grade: number) => void }) {
  const { t } = useTranslation("reviews");
  return (
    <fieldset className={classes.grades}>
      <legend>{t("grade")}</legend>
      <div>
        {GRADES.map((value) => (
          <button
            key={value}
            type="button"
            aria-pressed={grade === value}
            data-anchor={ANCHORED.has(value) || undefined}
            onClick={() => onGrade(value)}
          >
            {value}
          </button>
        ))}
      </div>
      <p className={classes.quiet}>{t("gradeWords")}</p>
    </fieldset>
  );
}

/** The answer in the reviewer's own words, with what that changes. */
function Correction({
  original,
  text,
  tooMany,
  onWrite,
}: {
  original: string;
  text: string;
  tooMany: number;
  onWrite: (text: string) => void;
}) {
  const { t } = useTranslation("reviews");
  return (
    <>
      <Textarea
        label={t("yourCorrection")}
        autosize
        minRows={6}
        maxRows={24}
        dir="auto"
        value={text}
        error={tooMany > 0 && t("tooMany", { count: tooMany, num: formatCount(tooMany) })}
        onChange={(event) => onWrite(event.currentTarget.value)}
      />
      <div className={classes.changes} role="group" aria-label={t("yourChanges")}>
        <p className={classes.label}>{t("yourChanges")}</p>
        <TextDiff before={original} after={text} />
      </div>
    </>
  );
}

function useVerdict(item: ToReview, onDecided: (review: Review) => void) {
  const comment = useKeptText(`review-comment:${item.id}`);
  const correction = useKeptText(`review-correction:${item.id}`);
  const [grade, setGrade] = useState<number | null>(null);
  const [isCorrecting, setCorrecting] = useState(correction.text !== "");
  const check = useTextCheck(isCorrecting ? correction.text : "");
  const tooMany = check ? Math.max(0, check.num_tokens - check.max_tokens) : 0;
  const review = useReview(item.id);
  const isChanged = correction.text.trim() !== "" && correction.text !== item.text;
  const canDecide: Record<ReviewOutcome, boolean> = {
    accepted: grade !== null && !isCorrecting,
    returned: comment.text.trim() !== "" && !isCorrecting,
    corrected: grade !== null && isCorrecting && isChanged && tooMany === 0,
  };

  function decide(outcome: ReviewOutcome) {
    if (!canDecide[outcome] || review.isPending) return;
    review.mutate(
      {
        outcome,
        comment: comment.text,
        grade,
        text: outcome === "corrected" ? correction.text : null,
      },
      {
        onSuccess: (stored) => {
          comment.forget();
          correction.forget();
          onDecided(stored);
        },
      },
    );
  }

  return {
    comment,
    correction,
    grade,
    setGrade,
    isCorrecting,
    tooMany,
    review,
    canDecide,
    decide,
    beginCorrection: () => {
      correction.write(item.text);
      setCorrecting(true);
    },
    dropCorrection: () => {
      correction.forget();
      setCorrecting(false);
    },
  };
}

/** Accept, return with a comment, or accept in one's own words. */
export function VerdictForm({
  item,
  onDecided,
  onLater,
}: {
  item: ToReview;
  onDecided: (review: Review) => void;
  onLater: (() => void) | null;
}) {
  const { t } = useTranslation("reviews");
  const verdict = useVerdict(item, onDecided);
  const { comment, correction, isCorrecting, review, canDecide, decide } = verdict;
  const wrong = review.error instanceof ApiError ? review.error.fields : {};
  return (
    <form
      className={classes.verdict}
      aria-label={t("title")}
      onSubmit={(event) => event.preventDefault()}
    >
      {isCorrecting && (
        <Correction
          original={item.text}
          text={correction.text}
          tooMany={verdict.tooMany}
          onWrite={correction.write}
        />
      )}
      <Grades grade={verdict.grade} onGrade={verdict.setGrade} />
      <Textarea
        label={t("comment")}
        description={t("commentWords")}
        autosize
        minRows={2}
        maxRows={10}
        maxLength={MAX_COMMENT}
        dir="auto"
        value={comment.text}
        error={wrong.comment?.join(" ")}
        onChange={(event) => comment.write(event.currentTarget.value)}
      />
      {review.isError && (
        <ProblemNote error={review.error} title={t("notReviewed")} shownFields={["comment"]} />
      )}
      <div className={classes.actions}>
        {isCorrecting ? (
          <>
            <Button disabled={!canDecide.corrected} loading={review.isPending} onClick={() => decide("corrected")}>
              {t("correct")}
            </Button>
            <Button variant="default" onClick={verdict.dropCorrection}>
              {t("dropCorrection")}
            </Button>
          </>
        ) : (
          <>
            <Button disabled={!canDecide.accepted} loading={review.isPending} onClick={() => decide("accepted")}>
              {t("accept")}
            </Button>
            <Button
              variant="default"
              disabled={!canDecide.returned}
              loading={review.isPending}
              onClick={() => decide("returned")}
            >
              {t("giveBack")}
            </Button>
            <Button variant="default" onClick={verdict.beginCorrection}>
              {t("correctIt")}
            </Button>
          </>
        )}
        {onLater && (
          <button type="button" className={classes.later} onClick={onLater}>
            {t("later")}
          </button>
        )}
      </div>
    </form>
  );
}
