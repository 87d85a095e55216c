import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { historyQuery } from "@/api/assignments";
import { labelingProjectsQuery } from "@/api/labeling";
import type { LabelingProject } from "@/api/types";
import { LinkButton } from "@/components/link-button";
import { LoadingPage } from "@/components/loading-page";
import { PageHeader } from "@/components/page-header";
import { QueryProblem } from "@/components/query-problem";
import { StatePage } from "@/components/state-page";

import classes from "./label-home-page.module.css";
import { AskedNote, ReturnedNote } from "./returned-note";
import { SurveyOffer } from "./survey-offer";
import { TodayNote } from "./today-note";
import { waitingWords } from "./waiting-words";

function useProjectState(project: LabelingProject, isInHand: boolean) {
  const { t } = useTranslation("assignments");
  // A task in hand may be finished even while the project is paused.
  if (isInHand) {
    return {
      words: t("home.inHand"),
      verb: t("home.goOn"),
      label: t("home.goOnLabel", { name: project.name }),
      isQuiet: false,
    };
  }
  const isPaused = project.state === "paused";
  const isQuiet = isPaused || project.num_waiting_for_me === 0;
  return {
    words: isPaused ? t("home.paused") : waitingWords(t, project),
    verb: isQuiet ? t("home.open") : t("home.start"),
    label: isQuiet
      ? t("home.openLabel", { name: project.name })
      : t("home.startLabel", { name: project.name }),
    isQuiet,
  };
}

function ProjectRow({ project, isInHand }: { project: LabelingProject; isInHand: boolean }) {
  const { t } = useTranslation(["assignments", "common"]);
  const { words, verb, label, isQuiet } = useProjectState(project, isInHand);
  return (
    <li className={classes.row}>
      <div className={classes.what}>
        <h2 className={classes.name}>{project.name}</h2>
        <p className={classes.kind}>
          {t(`home.kinds.${project.kind}`)} · {t(`common:priorityMode.${project.priority_mode}`)}
          {!project.instructions_acknowledged && ` · ${t("home.toRead")}`}
        </p>
      </div>
      <dl className={classes.counts}>
        <div>
          <dt>{t("home.waitingTitle")}</dt>
          <dd>{words}</dd>
        </div>
        <div>
          <dt>{t("home.mineToday")}</dt>
          <dd>{project.num_mine_today}</dd>
        </div>
      </dl>
      <Button
        component={Link}
        to={`/label/${project.id}`}
        variant={isQuiet ? "default" : "filled"}
        aria-label={label}
        className={classes.start}
      >
        {verb}
      </Button>
    </li>
  );
}

/** A labeler's start page: which projects have work for them. */
export function LabelHomePage() {
  const { t } = useTranslation("assignments");
  const projects = useQuery(labelingProjectsQuery);
  const history = useQuery(historyQuery);
  const inHand = new Set(
    (history.data?.results ?? [])
      .filter(({ state }) => state === "leased")
      .map(({ project }) => project),
  );

  if (projects.isPending) return <LoadingPage />;
  if (projects.isError) {
    return <QueryProblem error={projects.error} onRetry={() => void projects.refetch()} />;
  }
  if (projects.data.length === 0) {
    return <StatePage title={t("home.emptyTitle")}>{t("home.emptyWords")}</StatePage>;
  }
  const isWorkWaiting = projects.data.some(
    ({ state, num_waiting_for_me: waiting }) => state === "open" && waiting > 0,
  );
  return (
    <>
      <PageHeader
        title={t("home.title")}
        actions={
          isWorkWaiting &&
          projects.data.length > 1 && <LinkButton to="/label/any">{t("home.any")}</LinkButton>
        }
      >
        {t("home.lead")} <TodayNote />
      </PageHeader>
      <ReturnedNote />
      <AskedNote />
      <ul className={classes.list}>
        {projects.data.map((project) => (
          <ProjectRow key={project.id} project={project} isInHand={inHand.has(project.id)} />
        ))}
      </ul>
      <SurveyOffer />
    </>
  );
}
