import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { isAtLeast, useSignedInUser } from "@/api/session";
import { surveysQuery } from "@/api/surveys";
import { Loaded } from "@/components/loaded";
import { PageHeader } from "@/components/page-header";
import { Section } from "@/components/section";
import { ToneBadge } from "@/components/tone-badge";

import { SurveyForm } from "./survey-form";
import { SurveyResults } from "./survey-results";

function OwnSurveys() {
  const { t } = useTranslation("surveys");
  const surveys = useQuery(surveysQuery);
  return (
    <>
      <PageHeader title={t("title")}>{t("lead")}</PageHeader>
      <Loaded query={surveys}>
        {(found) =>
          found.map((survey) => (
            <Section
              key={survey.survey}
              title={t(`names.${survey.survey}`)}
              note={t(`notes.${survey.survey}`)}
              isSheet
            >
              {survey.has_taken_part ? (
                <ToneBadge tone="good" icon="done" label={t("taken")} />
              ) : (
                <SurveyForm survey={survey} />
              )}
            </Section>
          ))
        }
      </Loaded>
    </>
  );
}

/** Labelers take part, researchers read what came of it. */
export function SurveysPage() {
  const user = useSignedInUser();
  return isAtLeast(user.role, "researcher") ? <SurveyResults /> : <OwnSurveys />;
}
