import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { labelingProjectsQuery } from "@/api/labeling";
import { projectsQuery } from "@/api/projects";
import { isAtLeast, useSignedInUser } from "@/api/session";
import { EmptyNote } from "@/components/empty-note";
import { FilterSelect } from "@/components/filter-select";
import { PageHeader } from "@/components/page-header";
import { SearchFilter } from "@/components/search-filter";
import { Section } from "@/components/section";
import { Toolbar } from "@/components/toolbar";
import { useAddressFilters } from "@/components/use-address-filters";

import { AnswerForm } from "./answer-form";
import { AskForm } from "./ask-form";
import { AskedOfMe } from "./asked-of-me";
import { QuestionList } from "./question-list";
import type { QuestionFilters } from "./question-queries";
import classes from "./questions.module.css";

interface Named {
  id: number;
  name: string;
}

const FILTERS = ["project", "search"] as const;

function useFilters() {
  const [wanted, setWanted] = useAddressFilters(FILTERS);
  const project = Number(wanted.project);
  const filters: QuestionFilters = {
    project: Number.isSafeInteger(project) && project > 0 ? project : undefined,
    search: wanted.search,
  };
  return { filters, setWanted };
}

function Filters({
  projects,
  filters,
  onChange,
}: {
  projects: Named[];
  filters: QuestionFilters;
  onChange: (name: (typeof FILTERS)[number], value: string) => void;
}) {
  const { t } = useTranslation("questions");
  return (
    <Toolbar label={t("search")}>
      <FilterSelect
        label={t("project")}
        all={t("allProjects")}
        choices={projects.map(({ id, name }) => ({ value: String(id), label: name }))}
        value={filters.project ? String(filters.project) : ""}
        onChange={(value) => onChange("project", value)}
      />
      <SearchFilter
        label={t("search")}
        value={filters.search ?? ""}
        onChange={(value) => onChange("search", value)}
      />
    </Toolbar>
  );
}

/** A labeler's side: what was asked where they work, and a question of their own. */
function LabelerQuestions() {
  const { t } = useTranslation("questions");
  const { filters, setWanted } = useFilters();
  const projects = useQuery(labelingProjectsQuery).data ?? [];
  const [chosen, setChosen] = useState("");
  const asksIn = Number(chosen) || filters.project || projects[0]?.id;
  return (
    <>
      <PageHeader title={t("title")}>{t("lead")}</PageHeader>
      <AskedOfMe />
      {asksIn !== undefined && (
        <Section title={t("askTitle")} isSheet>
          <div className={classes.ask}>
            <NativeSelect
              label={t("project")}
              data={projects.map(({ id, name }) => ({ value: String(id), label: name }))}
              value={String(asksIn)}
              onChange={(event) => setChosen(event.currentTarget.value)}
            />
            <AskForm key={asksIn} projectId={asksIn} />
          </div>
        </Section>
      )}
      <Filters projects={projects} filters={filters} onChange={setWanted} />
      <QuestionList
        label={t("title")}
        filters={filters}
        isProjectShown
        empty={<EmptyNote title={filters.search ? t("noneFound") : t("none")}>{t("noneWords")}</EmptyNote>}
      />
    </>
  );
}

/** A researcher's side: what waits for an answer comes first and is answered on the spot. */
function ResearcherQuestions() {
  const { t } = useTranslation("questions");
  const { filters, setWanted } = useFilters();
  const projects = useQuery(projectsQuery).data ?? [];
  return (
    <>
      <PageHeader title={t("title")}>{t("leadResearcher")}</PageHeader>
      <AskedOfMe />
      <Filters projects={projects} filters={filters} onChange={setWanted} />
      <Section title={t("unanswered")}>
        <QuestionList
          label={t("unansweredCaption")}
          filters={{ ...filters, isAnswered: false }}
          isProjectShown
          empty={<EmptyNote title={t("noneUnanswered")} />}
          actionsOf={(question) => <AnswerForm question={question} />}
        />
      </Section>
      <Section title={t("answered")}>
        <QuestionList
          label={t("answered")}
          filters={{ ...filters, isAnswered: true }}
          isProjectShown
          empty={<EmptyNote title={t("noneAnswered")} />}
          actionsOf={(question) => <AnswerForm question={question} />}
        />
      </Section>
    </>
  );
}

/** Everything that was asked, as far as one may read it. */
export function QuestionsPage() {
  const user = useSignedInUser();
  return isAtLeast(user.role, "researcher") ? <ResearcherQuestions /> : <LabelerQuestions />;
}
