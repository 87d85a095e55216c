import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import type { Project } from "@/api/research-types";
import { isAtLeast, useSignedInUser } from "@/api/session";
import { POOL_WORDS, PROJECT_KIND_WORDS, PROJECT_STATE_WORDS } from "@/api/words";
import { Facts } from "@/components/facts";
import { formatCount } from "@/components/formats";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { PageHeader } from "@/components/page-header";
import { ProblemNote } from "@/components/problem-note";
import { Section } from "@/components/section";
import { StaleNote } from "@/components/stale-note";
import { ToneBadge } from "@/components/tone-badge";

import { InstructionsSection } from "./instructions-section";
import { projectQuery, useSetState } from "./project-queries";
import { ProjectRankings } from "./project-rankings";
import classes from "./projects.module.css";
import { SettingsSection } from "./settings-section";
import { SlotProgress } from "./slot-progress";
import { TaskMaker } from "./task-maker";

/** Where the answers go on to: a snapshot, or the figures of an evaluation. */
function Onward({ project, canWrite }: { project: Project; canWrite: boolean }) {
  if (project.purpose === "evaluation") {
    return <LinkButton to={`/evaluations/${project.id}`}>See the evaluation</LinkButton>;
  }
  if (!canWrite || project.purpose !== "training" || project.num_submitted === 0) return null;
  const frozenKind = project.kind === "ranking" ? "rm" : "sft";
  return (
    <LinkButton to={`/data/new?kind=${frozenKind}&project=${project.id}`}>Freeze its answers</LinkButton>
  );
}

function Actions({ project, canWrite }: { project: Project; canWrite: boolean }) {
  const setState = useSetState(project.id);
  const isOpen = project.state === "open";
  return (
    <>
      {setState.isError && <ProblemNote error={setState.error} title="The state was not changed" />}
      {canWrite && project.imported_from === "" && (
        <Button
          variant="default"
          title={isOpen ? "Labelers finish what they hold and get nothing new." : undefined}
          loading={setState.isPending}
          onClick={() => setState.mutate(isOpen ? "paused" : "open")}
        >
          {isOpen ? "Pause" : "Open again"}
        </Button>
      )}
      <Onward project={project} canWrite={canWrite} />
    </>
  );
}

function Progress({ project }: { project: Project }) {
  return (
    <Section title="Progress" isSheet>
      <div className={classes.progress}>
        <SlotProgress project={project} />
      </div>
      <Facts
        facts={[
          { name: "State", value: <ToneBadge {...PROJECT_STATE_WORDS[project.state]} /> },
          { name: "Tasks", value: formatCount(project.num_tasks) },
          { name: "Answers wanted", value: formatCount(project.num_slots) },
          { name: "Waiting for a labeler", value: formatCount(project.num_open) },
          { name: "Submitted", value: formatCount(project.num_submitted) },
          { name: "Completions per task", value: project.k },
          { name: "Pool", value: POOL_WORDS[project.pool] },
          { name: "Imported from", value: project.imported_from },
        ]}
      />
    </Section>
  );
}

function ProjectView({ project }: { project: Project }) {
  const canWrite = isAtLeast(useSignedInUser().role, "admin");
  return (
    <>
      <PageHeader title={project.name} actions={<Actions project={project} canWrite={canWrite} />}>
        {PROJECT_KIND_WORDS[project.kind]}, opened <Moment at={project.created_at} />
      </PageHeader>
      <Progress project={project} />
      {project.imported_from === "" && <SettingsSection project={project} canWrite={canWrite} />}
      {canWrite && project.imported_from === "" && project.purpose !== "evaluation" && (
        <TaskMaker project={project} />
      )}
      <InstructionsSection
        project={project}
        canWrite={canWrite && project.imported_from === ""}
      />
      {project.kind !== "demonstration" && <ProjectRankings project={project} />}
    </>
  );
}

/** One project: how far it is, what it asks, and what came in. */
export function ProjectPage() {
  const projectId = Number(useParams().projectId);
  const project = useQuery(projectQuery(projectId));
  return (
    <>
      <StaleNote query={project} />
      <Loaded query={project}>{(found) => <ProjectView project={found} />}</Loaded>
    </>
  );
}
