import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Question } from "@/api/types";
import { Moment } from "@/components/moment";
import { ReadText } from "@/components/read-text";
import { ToneBadge } from "@/components/tone-badge";
import { openingOf } from "@/components/visible-text";

import classes from "./questions.module.css";

const EXCERPT_CHARACTERS = 140;

function Head({ question, isProjectShown }: { question: Question; isProjectShown: boolean }) {
  const { t } = useTranslation("questions");
  const who = question.is_mine
    ? t("yours")
    : question.asker_name
      ? t("askedBy", { name: question.asker_name })
      : t("asked");
  return (
    <p className={classes.who}>
      <span className={question.is_mine ? classes.mine : undefined}>{who}</span>{" "}
      <Moment at={question.created_at} />
      {isProjectShown && <> · {t("inProject", { project: question.project_name })}</>}
    </p>
  );
}

function About({ question }: { question: Question }) {
  const { t } = useTranslation("questions");
  if (question.prompt_excerpt === null) return null;
  const excerpt = openingOf(question.prompt_excerpt, EXCERPT_CHARACTERS);
  return (
    <p className={classes.prompt}>
      {t("aboutPrompt")}:{" "}
      {question.prompt_id === null ? (
        <q dir="auto">{excerpt}</q>
      ) : (
        <Link to={`/prompts/${question.prompt_id}`} title={t("openPrompt")} dir="auto">
          {excerpt}
        </Link>
      )}
    </p>
  );
}

/** One question with everything that was answered to it. */
export function QuestionCard({
  question,
  isProjectShown = false,
  children,
}: {
  question: Question;
  isProjectShown?: boolean;
  /** What can be done about it. */
  children?: ReactNode;
}) {
  const { t } = useTranslation("questions");
  return (
    <li className={classes.card}>
      <Head question={question} isProjectShown={isProjectShown} />
      <About question={question} />
      <div className={classes.question}>
        <ReadText text={question.text} />
      </div>
      {question.answers.length === 0 ? (
        <ToneBadge tone="neutral" icon="waiting" label={t("noAnswer")} />
      ) : (
        <ul className={classes.answers}>
          {question.answers.map((answer) => (
            <li key={answer.id}>
              <p className={classes.who}>
                {t("answeredBy", { name: answer.author_name })} <Moment at={answer.created_at} />
              </p>
              <ReadText text={answer.text} />
            </li>
          ))}
        </ul>
      )}
      {children}
    </li>
  );
}
