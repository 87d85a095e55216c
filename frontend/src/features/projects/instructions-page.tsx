import { NativeSelect } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";

import type { InstructionReader, InstructionVersion, Project } from "@/api/research-types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { FieldGrid } from "@/components/field-grid";
import { formatCount } from "@/components/formats";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { MarkdownText } from "@/components/markdown-text";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { PageHeader } from "@/components/page-header";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";
import { TextDiff } from "@/components/text-diff";
import { useAddressFilters } from "@/components/use-address-filters";

import { instructionReadersQuery, instructionsQuery, instructionVersionsQuery } from "./instructions-queries";
import { projectQuery } from "./project-queries";
import classes from "./projects.module.css";

const COMPARED = ["from", "to"] as const;

const VERSION_COLUMNS: Column<InstructionVersion>[] = [
  {
    key: "version",
    header: "Version",
    isRowHeader: true,
    cell: ({ version }) => <Link to={`?from=${Math.max(1, version - 1)}&to=${version}`}>{version}</Link>,
  },
  { key: "title", header: "Title", cell: ({ title }) => title },
  { key: "by", header: "Written by", cell: ({ created_by: author }) => author },
  { key: "at", header: "Published", cell: ({ created_at: at }) => <Moment at={at} /> },
  {
    key: "readers",
    header: "Read by",
    align: "end",
    cell: ({ num_readers: count }) => formatCount(count),
  },
];

const READER_COLUMNS: Column<InstructionReader>[] = [
  { key: "name", header: "Labeler", isRowHeader: true, cell: ({ display_name: name }) => name },
  { key: "version", header: "Latest version read", align: "end", cell: ({ version }) => version },
  { key: "at", header: "Read", cell: ({ read_at: at }) => <Moment at={at} /> },
];

function VersionChoice({
  label,
  newest,
  value,
  onChange,
}: {
  label: string;
  newest: number;
  value: number;
  onChange: (version: string) => void;
}) {
  const versions = Array.from({ length: newest }, (_, index) => String(newest - index));
  return (
    <NativeSelect
      label={label}
      data={versions.map((version) => ({ value: version, label: `Version ${version}` }))}
      value={String(value)}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function Compared({ projectId, from, to }: { projectId: number; from: number; to: number }) {
  const before = useQuery(instructionsQuery(projectId, from));
  const after = useQuery(instructionsQuery(projectId, to));
  return (
    <Loaded query={before} skeleton={<TableSkeleton numRows={3} />}>
      {(old) => (
        <Loaded query={after} skeleton={<TableSkeleton numRows={3} />}>
          {(found) => (
            <div className={classes.instructions}>
              <h3>{found.title}</h3>
              {from === to ? (
                <MarkdownText text={found.body} />
              ) : (
                <TextDiff before={old.body} after={found.body} />
              )}
            </div>
          )}
        </Loaded>
      )}
    </Loaded>
  );
}

/** Any version, or what became of one in another. */
function Comparison({ projectId, newest }: { projectId: number; newest: number }) {
  const [wanted, setWanted] = useAddressFilters(COMPARED);
  const versionOf = (text: string, otherwise: number) => {
    const version = Number(text);
    return Number.isInteger(version) && version >= 1 && version <= newest ? version : otherwise;
  };
  const to = versionOf(wanted.to, newest);
  const from = versionOf(wanted.from, Math.max(1, newest - 1));
  return (
    <Section title="Compare" note="The same version twice is shown as labelers read it." isSheet>
      <div className={classes.chosen}>
        <FieldGrid>
          <VersionChoice label="From" newest={newest} value={from} onChange={(value) => setWanted("from", value)} />
          <VersionChoice label="To" newest={newest} value={to} onChange={(value) => setWanted("to", value)} />
        </FieldGrid>
      </div>
      <Compared projectId={projectId} from={from} to={to} />
    </Section>
  );
}

function Readers({ projectId }: { projectId: number }) {
  const readers = useInfiniteQuery(instructionReadersQuery(projectId));
  return (
    <Section title="Who has read which version">
      <Loaded query={readers} skeleton={<TableSkeleton numRows={3} />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title="Nobody has read them yet">
              Labelers read them before their first task.
            </EmptyNote>
          ) : (
            <>
              <DataTable caption="Readers" columns={READER_COLUMNS} rows={rows} rowKey={({ id }) => id} />
              <MoreButton list={readers} />
            </>
          )
        }
      </Loaded>
    </Section>
  );
}

function Versions({ project }: { project: Project }) {
  const versions = useInfiniteQuery(instructionVersionsQuery(project.id));
  return (
    <>
      <PageHeader
        title={`Instructions of ${project.name}`}
        actions={
          <LinkButton to={`/projects/${project.id}`} isQuiet>
            The project
          </LinkButton>
        }
      >
        Every answer keeps the version it was made under.
      </PageHeader>
      <Section title="Versions">
        <Loaded query={versions} skeleton={<TableSkeleton numRows={3} />}>
          {(rows) =>
            rows.length === 0 ? (
              <EmptyNote title="This project has no instructions" />
            ) : (
              <>
                <DataTable
                  caption="Versions"
                  columns={VERSION_COLUMNS}
                  rows={rows}
                  rowKey={({ version }) => version}
                />
                <MoreButton list={versions} />
              </>
            )
          }
        </Loaded>
      </Section>
      {project.instructions && (
        <>
          <Comparison projectId={project.id} newest={project.instructions.version} />
          <Readers projectId={project.id} />
        </>
      )}
    </>
  );
}

/** The instructions of a project through time, and how far labelers have followed. */
export function InstructionsPage() {
  const projectId = Number(useParams().projectId);
  const project = useQuery(projectQuery(projectId));
  return <Loaded query={project}>{(found) => <Versions project={found} />}</Loaded>;
}
