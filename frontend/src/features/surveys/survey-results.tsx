import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { surveyResultsQuery } from "@/api/surveys";
import type { SurveyResult } from "@/api/types";
import { EmptyNote } from "@/components/empty-note";
import { formatShare } from "@/components/formats";
import { Loaded } from "@/components/loaded";
import { PageHeader } from "@/components/page-header";
import { Section } from "@/components/section";

import { optionWords, questionWords } from "./survey-words";
import classes from "./surveys.module.css";

type Question = SurveyResult["questions"][number];

function Share({ share }: { share: number | null }) {
  const { t } = useTranslation("surveys");
  if (share === null) return <td className={classes.withheld}>{t("results.withheld")}</td>;
  return (
    <td>
      {share > 0 && (
        <span className={classes.bar} style={{ inlineSize: `${share * 8}rem` }} aria-hidden="true" />
      )}
      {formatShare(share)}
    </td>
  );
}

function QuestionResult({ question }: { question: Question }) {
  const { t, i18n } = useTranslation("surveys");
  const title = questionWords(t, question.key);
  if (question.options === null) {
    return (
      <section className={classes.question}>
        <h3>{title}</h3>
        <p className={classes.withheld}>{t("results.questionTooFew")}</p>
      </section>
    );
  }
  return (
    <section className={classes.question}>
      <h3>{title}</h3>
      <table className={classes.table}>
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">{t("results.answer")}</th>
            <th scope="col">{t("results.share")}</th>
            <th scope="col">{t("results.reference")}</th>
          </tr>
        </thead>
        <tbody>
          {question.options.map(({ option, share, reference }) => (
            <tr key={option}>
              <th scope="row">{optionWords(t, question.kind, option, i18n.language)}</th>
              <Share share={share} />
              <td className={classes.reference}>{reference === null ? "–" : formatShare(reference)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Result({ result }: { result: SurveyResult }) {
  const { t } = useTranslation("surveys");
  const minimum = result.respondents_minimum;
  const isAnyWithheld = result.questions.some(({ options }) => options?.some(({ share }) => share === null));
  return (
    <Section
      title={t(`names.${result.survey}`)}
      note={result.num_responses !== null && t("results.responses", { count: result.num_responses })}
      isSheet={result.num_responses !== null}
    >
      {result.num_responses === null ? (
        <EmptyNote title={t("results.tooFew", { minimum })}>{t("results.tooFewWords", { minimum })}</EmptyNote>
      ) : (
        <>
          <div className={classes.questions}>
            {result.questions.map((question) => (
              <QuestionResult key={question.key} question={question} />
            ))}
          </div>
          {isAnyWithheld && (
            <p className={classes.withheld}>{t("results.withheldNote", { minimum: result.cell_minimum })}</p>
          )}
        </>
      )}
    </Section>
  );
}

/** What all together said, beside the paper; nothing that could point at one person. */
export function SurveyResults() {
  const { t } = useTranslation("surveys");
  const results = useQuery(surveyResultsQuery);
  return (
    <>
      <PageHeader title={t("title")}>{t("results.lead")}</PageHeader>
      <Loaded query={results}>
        {(found) => found.map((result) => <Result key={result.survey} result={result} />)}
      </Loaded>
    </>
  );
}
