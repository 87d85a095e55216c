import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { historyQuery } from "@/api/assignments";
import { labelingProjectsQuery } from "@/api/labeling";
import type { LabelingProject } from "@/api/types";
import { PRIORITY_MODE_WORDS } from "@/api/words";
import { LoadingPage } from "@/components/loading-page";
import { PageHeader } from "@/components/page-header";
import { QueryProblem } from "@/components/query-problem";
import { StatePage } from "@/components/state-page";

import classes from "./label-home-page.module.css";

const KIND_WORDS: Record<LabelingProject["kind"], string> = {
  ranking: "Rank completions",
  demonstration: "Write demonstrations",
  toxicity: "Rate and rank toxicity",
};

function waitingWords(count: number): string {
  if (count === 0) return "Nothing waits for you";
  return count === 1 ? "1 task waits for you" : `${count} tasks wait for you`;
}

function stateOf(project: LabelingProject, isInHand: boolean): { words: string; verb: string } {
  // A task in hand may be finished even while the project is paused.
  if (isInHand) return { words: "A task is open in your hands", verb: "Go on" };
  if (project.state === "paused") return { words: "Paused", verb: "Open" };
  const verb = project.num_waiting_for_me === 0 ? "Open" : "Start";
  return { words: waitingWords(project.num_waiting_for_me), verb };
}

function ProjectRow({ project, isInHand }: { project: LabelingProject; isInHand: boolean }) {
  const { words, verb } = stateOf(project, isInHand);
  return (
    <li className={classes.row}>
      <div className={classes.what}>
        <h2 className={classes.name}>{project.name}</h2>
        <p className={classes.kind}>
          {KIND_WORDS[project.kind]} · {PRIORITY_MODE_WORDS[project.priority_mode]}
          {!project.instructions_acknowledged && " · instructions to read first"}
        </p>
      </div>
      <dl className={classes.counts}>
        <div>
          <dt>Waiting</dt>
          <dd>{words}</dd>
        </div>
        <div>
          <dt>Yours today</dt>
          <dd>{project.num_mine_today}</dd>
        </div>
      </dl>
      <Button
        component={Link}
        to={`/label/${project.id}`}
        variant={verb === "Open" ? "default" : "filled"}
        aria-label={`${verb}: ${project.name}`}
      >
        {verb}
      </Button>
    </li>
  );
}

/** A labeler's start page: which projects have work for them. */
export function LabelHomePage() {
  const projects = useQuery(labelingProjectsQuery);
  const history = useQuery(historyQuery);
  const inHand = new Set(
    (history.data?.results ?? [])
      .filter(({ state }) => state === "leased")
      .map(({ project_name }) => project_name),
  );

  if (projects.isPending) return <LoadingPage />;
  if (projects.isError) {
    return <QueryProblem error={projects.error} onRetry={() => void projects.refetch()} />;
  }
  if (projects.data.length === 0) {
    return (
      <StatePage title="No project is open for you yet">
        Projects appear here as soon as an admin opens one for your pool. This page looks again
        every minute.
      </StatePage>
    );
  }
  return (
    <>
      <PageHeader title="Label">
        Choose a project. You get one task at a time, and everything you enter is kept as you go.
      </PageHeader>
      <ul className={classes.list}>
        {projects.data.map((project) => (
          <ProjectRow key={project.id} project={project} isInHand={inHand.has(project.name)} />
        ))}
      </ul>
    </>
  );
}
