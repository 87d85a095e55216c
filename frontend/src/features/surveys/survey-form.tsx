import { Button, Checkbox, NativeSelect, Radio, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";

import { surveysQuery, takePart } from "@/api/surveys";
import type { Survey, SurveyAnswers, SurveyQuestion } from "@/api/types";
import { ProblemNote } from "@/components/problem-note";

import { optionWords, questionWords } from "./survey-words";
import classes from "./surveys.module.css";

type Answer = SurveyAnswers[string];

interface FieldProps {
  question: SurveyQuestion;
  answer: Answer | undefined;
  onChange: (answer: Answer | undefined) => void;
}

function Choice({ question, answer, onChange }: FieldProps) {
  const { t, i18n } = useTranslation("surveys");
  return (
    <Radio.Group
      label={questionWords(t, question.key)}
      value={typeof answer === "string" ? answer : ""}
      onChange={(value) => onChange(value || undefined)}
    >
      <div className={question.kind === "agreement" ? classes.scale : classes.options}>
        {question.options.map((option) => (
          <Radio
            key={option}
            value={option}
            label={optionWords(t, question.kind, option, i18n.language)}
          />
        ))}
        <Radio value="" label={t("none")} />
      </div>
    </Radio.Group>
  );
}

function Several({ question, answer, onChange }: FieldProps) {
  const { t, i18n } = useTranslation("surveys");
  return (
    <Checkbox.Group
      label={questionWords(t, question.key)}
      description={t("chooseSeveral")}
      value={Array.isArray(answer) ? answer : []}
      onChange={(values) => onChange(values.length > 0 ? values : undefined)}
    >
      <div className={classes.options}>
        {question.options.map((option) => (
          <Checkbox
            key={option}
            value={option}
            label={optionWords(t, question.kind, option, i18n.language)}
          />
        ))}
      </div>
    </Checkbox.Group>
  );
}

function Country({ question, answer, onChange }: FieldProps) {
  const { t, i18n } = useTranslation("surveys");
  const countries = question.options
    .map((option) => ({ value: option, label: optionWords(t, "country", option, i18n.language) }))
    .sort((a, b) => a.label.localeCompare(b.label, i18n.language));
  return (
    <NativeSelect
      label={questionWords(t, question.key)}
      data={[{ value: "", label: t("none") }, ...countries]}
      value={typeof answer === "string" ? answer : ""}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
    />
  );
}

const FIELDS = { one: Choice, agreement: Choice, many: Several, country: Country };

/** One survey; every question may be left out. */
export function SurveyForm({ survey }: { survey: Survey }) {
  const { t } = useTranslation("surveys");
  const queryClient = useQueryClient();
  const [answers, setAnswers] = useState<SurveyAnswers>({});
  const send = useMutation({
    mutationFn: () => takePart(survey.survey, answers),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: surveysQuery.queryKey }),
  });
  const isEmpty = Object.keys(answers).length === 0;

  function change(key: string, answer: Answer | undefined) {
    setAnswers((before) => {
      const others = Object.entries(before).filter(([name]) => name !== key);
      return Object.fromEntries(answer === undefined ? others : [...others, [key, answer]]);
    });
  }

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    send.mutate();
  }

  return (
    <form onSubmit={submit} className={classes.form} aria-label={t(`names.${survey.survey}`)}>
      <Text c="dimmed">{t("anonymous")}</Text>
      {survey.questions.map((question) => {
        const Field = FIELDS[question.kind];
        return (
          <Field
            key={question.key}
            question={question}
            answer={answers[question.key]}
            onChange={(answer) => change(question.key, answer)}
          />
        );
      })}
      {send.isError && <ProblemNote error={send.error} title={t("notSent")} />}
      <div className={classes.line}>
        <Button type="submit" disabled={isEmpty} loading={send.isPending}>
          {t("send")}
        </Button>
        {isEmpty && <Text c="dimmed">{t("needsOne")}</Text>}
      </div>
    </form>
  );
}
