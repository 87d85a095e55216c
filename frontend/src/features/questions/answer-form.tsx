import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import { useKeptText } from "@/api/kept-text";
import type { Question } from "@/api/types";
import { ProblemNote } from "@/components/problem-note";

import { useAnswer } from "./question-queries";
import classes from "./questions.module.css";

const MAX_CHARACTERS = 10_000;

/** A researcher's answer, written where the question stands. */
export function AnswerForm({ question }: { question: Question }) {
  const { t } = useTranslation(["questions", "common"]);
  const draft = useKeptText(`answer:${question.id}`);
  const [isOpen, setOpen] = useState(draft.text !== "");
  const answer = useAnswer(question.id);

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    answer.mutate(draft.text, {
      onSuccess: () => {
        draft.forget();
        setOpen(false);
      },
    });
  }

  if (!isOpen) {
    return (
      <Button
        size="compact-sm"
        variant="default"
        className={classes.open}
        onClick={() => setOpen(true)}
      >
        {question.answers.length > 0 ? t("answerAgain") : t("answer")}
      </Button>
    );
  }
  return (
    <form onSubmit={submit} className={classes.ask}>
      <Textarea
        label={t("yourAnswer")}
        description={t("answerNote", { project: question.project_name })}
        autosize
        minRows={2}
        maxRows={16}
        maxLength={MAX_CHARACTERS}
        dir="auto"
        data-autofocus
        value={draft.text}
        error={answer.error instanceof ApiError ? answer.error.fields.text?.join(" ") : undefined}
        onChange={(event) => draft.write(event.currentTarget.value)}
      />
      {answer.isError && (
        <ProblemNote error={answer.error} title={t("notAnswered")} shownFields={["text"]} />
      )}
      <div className={classes.line}>
        <Button type="submit" disabled={draft.text.trim() === ""} loading={answer.isPending}>
          {t("publish")}
        </Button>
        <Button variant="default" onClick={() => setOpen(false)}>
          {t("common:cancel")}
        </Button>
      </div>
    </form>
  );
}
