import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { projectsQuery } from "@/api/projects";
import type { Project } from "@/api/research-types";
import { PROJECT_KIND_WORDS } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { formatCount } from "@/components/formats";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";

const COLUMNS: Column<Project>[] = [
  {
    key: "name",
    header: "Project",
    isRowHeader: true,
    cell: ({ id, name }) => <Link to={`/projects/${id}`}>{name}</Link>,
  },
  { key: "kind", header: "Kind", cell: ({ kind }) => PROJECT_KIND_WORDS[kind] },
  { key: "open", header: "Waiting", align: "end", cell: ({ num_open: count }) => formatCount(count) },
  {
    key: "submitted",
    header: "Submitted",
    align: "end",
    cell: ({ num_submitted: count }) => formatCount(count),
  },
];

/** What waits for labelers, project by project. */
export function OpenProjects() {
  const projects = useQuery(projectsQuery);
  return (
    <Section
      title="Work for labelers"
      actions={<LinkButton to="/projects" isQuiet>All projects</LinkButton>}
    >
      <Loaded query={projects} skeleton={<TableSkeleton numRows={2} />}>
        {(rows) => {
          const open = rows.filter(({ state }) => state === "open");
          return open.length === 0 ? (
            <EmptyNote title="No project is open" />
          ) : (
            <DataTable caption="Work for labelers" columns={COLUMNS} rows={open} rowKey={({ id }) => id} />
          );
        }}
      </Loaded>
    </Section>
  );
}
