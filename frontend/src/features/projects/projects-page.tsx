import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { projectsQuery } from "@/api/projects";
import type { Project } from "@/api/research-types";
import { isAtLeast, useSignedInUser } from "@/api/session";
import { POOL_WORDS, PROJECT_KIND_WORDS, PROJECT_STATE_WORDS } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { formatCount } from "@/components/formats";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { PageHeader } from "@/components/page-header";
import { TableSkeleton } from "@/components/table-skeleton";
import { ToneBadge } from "@/components/tone-badge";

import classes from "./projects.module.css";
import { SlotProgress } from "./slot-progress";

const COLUMNS: Column<Project>[] = [
  {
    key: "name",
    header: "Project",
    isRowHeader: true,
    cell: ({ id, name, kind, k }) => (
      <>
        <Link to={`/projects/${id}`}>{name}</Link>
        <div className={classes.kind}>
          {PROJECT_KIND_WORDS[kind]}
          {k !== null && `, ${k} completions a task`}
        </div>
      </>
    ),
  },
  {
    key: "state",
    header: "State",
    isOneLine: true,
    cell: ({ state, imported_from: from }) =>
      from === "" ? (
        <ToneBadge {...PROJECT_STATE_WORDS[state]} />
      ) : (
        <ToneBadge tone="neutral" icon="lock" label="Imported" />
      ),
  },
  { key: "progress", header: "Answers", cell: (project) => <SlotProgress project={project} /> },
  { key: "tasks", header: "Tasks", align: "end", cell: ({ num_tasks: count }) => formatCount(count) },
  { key: "overlap", header: "Overlap", align: "end", cell: ({ overlap }) => overlap },
  { key: "pool", header: "Pool", cell: ({ pool }) => POOL_WORDS[pool] },
  { key: "at", header: "Opened", cell: ({ created_at: at }) => <Moment at={at} /> },
];

/** What labelers are asked to do, and how far each of it is. */
export function ProjectsPage() {
  const projects = useQuery(projectsQuery);
  const isAdmin = isAtLeast(useSignedInUser().role, "admin");
  const newProject = isAdmin && <LinkButton to="/projects/new">New project</LinkButton>;
  return (
    <>
      <PageHeader title="Projects" actions={newProject}>
        Work for labelers: ranking completions, or writing demonstrations.
      </PageHeader>
      <Loaded query={projects} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title="There is no project yet" actions={newProject}>
              A project puts prompts, and what models answered to them, before labelers.
            </EmptyNote>
          ) : (
            <DataTable caption="Projects" columns={COLUMNS} rows={rows} rowKey={({ id }) => id} />
          )
        }
      </Loaded>
    </>
  );
}
