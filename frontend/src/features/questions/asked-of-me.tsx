import { Button, Textarea } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { ApiError } from "@/api/errors";
import { useKeptText } from "@/api/kept-text";
import type { RankingQuestion } from "@/api/types";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { ProblemNote } from "@/components/problem-note";
import { ReadText } from "@/components/read-text";
import { Section } from "@/components/section";
import { openingOf } from "@/components/visible-text";

import { rankingQuestionsQuery, useAnswerAboutMine } from "./question-queries";
import classes from "./questions.module.css";

const MAX_CHARACTERS = 10_000;
const EXCERPT_CHARACTERS = 160;

/** One's own answer, once and for all; what is not sent yet stays in this browser. */
function AnswerAboutMine({ question }: { question: RankingQuestion }) {
  const { t } = useTranslation("questions");
  const draft = useKeptText(`ranking-answer:${question.id}`);
  const answer = useAnswerAboutMine(question.id);

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    answer.mutate(draft.text, { onSuccess: draft.forget });
  }

  return (
    <form onSubmit={submit} className={classes.ask}>
      <Textarea
        label={t("yourAnswer")}
        description={t("onlyResearchers")}
        autosize
        minRows={2}
        maxRows={12}
        maxLength={MAX_CHARACTERS}
        dir="auto"
        value={draft.text}
        error={answer.error instanceof ApiError ? answer.error.fields.text?.join(" ") : undefined}
        onChange={(event) => draft.write(event.currentTarget.value)}
      />
      {answer.isError && <ProblemNote error={answer.error} title={t("notAnswered")} shownFields={["text"]} />}
      <div className={classes.line}>
        <Button type="submit" disabled={draft.text.trim() === ""} loading={answer.isPending}>
          {t("sendAnswer")}
        </Button>
      </div>
    </form>
  );
}

function AskedCard({ question }: { question: RankingQuestion }) {
  const { t } = useTranslation("questions");
  const excerpt = openingOf(question.prompt, EXCERPT_CHARACTERS);
  return (
    <li className={classes.card}>
      <p className={classes.who}>
        {t("askedBy", { name: question.author_name })} <Moment at={question.created_at} /> ·{" "}
        {t("inProject", { project: question.project_name })}
      </p>
      <p className={classes.prompt}>
        {t("aboutRanking")}:{" "}
        {question.assignment === null ? (
          <q dir="auto">{excerpt}</q>
        ) : (
          <Link to={`/history/${question.assignment}`} title={t("openRanking")} dir="auto">
            {excerpt}
          </Link>
        )}
      </p>
      <div className={classes.question}>
        <ReadText text={question.text} />
      </div>
      {question.answered_at === null ? (
        <AnswerAboutMine question={question} />
      ) : (
        <ul className={classes.answers}>
          <li>
            <p className={classes.who}>
              {t("youAnswered")} <Moment at={question.answered_at} />
            </p>
            <ReadText text={question.answer} />
          </li>
        </ul>
      )}
    </li>
  );
}

/** What researchers want to know about rankings of one's own; nothing while nobody asks. */
export function AskedOfMe() {
  const { t } = useTranslation("questions");
  const questions = useInfiniteQuery(rankingQuestionsQuery);
  if (!questions.data || questions.data.length === 0) return null;
  return (
    <Section title={t("askedOfMe")} note={t("askedOfMeNote")}>
      <ul className={classes.list} aria-label={t("askedOfMe")}>
        {questions.data.map((question) => (
          <AskedCard key={question.id} question={question} />
        ))}
      </ul>
      <MoreButton list={questions} />
    </Section>
  );
}
