import { Anchor, Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";

import { projectsQuery } from "@/api/projects";
import { runsQuery } from "@/api/runs";
import { isAtLeast, useSignedInUser } from "@/api/session";
import type { RunRow, Snapshot, SnapshotKind } from "@/api/training-types";
import { RUN_STATE_WORDS, SNAPSHOT_KIND_WORDS, stageInWords } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { Facts } from "@/components/facts";
import { formatBytes, formatCount } from "@/components/formats";
import { Hash } from "@/components/hash";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { PageHeader } from "@/components/page-header";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";
import { ToneBadge } from "@/components/tone-badge";

import { CountLink } from "./count-link";
import { ExportsSection } from "./exports-section";
import { countsInWords } from "./freeze-form";
import { PaperTables } from "./paper-tables";
import { queryFacts } from "./query-words";
import { SnapshotDifferenceSection } from "./snapshot-difference";
import { snapshotQuery } from "./snapshot-queries";

// The stage that a snapshot of each kind is usually frozen for.
const USED_BY: Record<SnapshotKind, string> = {
  sft: "sft",
  rm: "reward_model",
  ppo: "ppo",
  pretrain: "sft",
  completions: "scoring",
  eval: "sampling",
};

// What such a run does; the others train.
const LAUNCH_WORDS: Partial<Record<SnapshotKind, string>> = {
  completions: "Score them",
  eval: "Sample answers to them",
};

// Its records need no other form: documents, and completions that only Concord scores.
const DOWNLOADED_AS_IT_IS = new Set<SnapshotKind>(["pretrain", "completions"]);

const CONSUMERS: Column<RunRow>[] = [
  {
    key: "run",
    header: "Run",
    isRowHeader: true,
    cell: ({ id, name }) => <Link to={`/runs/${id}`}>{name}</Link>,
  },
  { key: "stage", header: "Stage", cell: stageInWords },
  {
    key: "state",
    header: "State",
    cell: ({ state }) => <ToneBadge {...RUN_STATE_WORDS[state]} />,
  },
  {
    key: "model",
    header: "Model",
    cell: ({ output_model_version: model }) =>
      model ? (
        <Anchor component={Link} to={`/models/${model.id}`}>
          {model.name}
        </Anchor>
      ) : (
        null
      ),
  },
  { key: "at", header: "Requested", cell: ({ created_at: at }) => <Moment at={at} /> },
];

function Consumers({ snapshot }: { snapshot: Snapshot }) {
  const runs = useInfiniteQuery(runsQuery({ input: snapshot.id }));
  return (
    <Section title="Runs that read it">
      <Loaded query={runs} skeleton={<TableSkeleton numRows={2} />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title="No run has read this snapshot yet" />
          ) : (
            <DataTable
              caption="Runs that read this snapshot"
              columns={CONSUMERS}
              rows={rows}
              rowKey={({ id }) => id}
            />
          )
        }
      </Loaded>
    </Section>
  );
}

/** What a project is called; its number while the names are on the way. */
function useProjectNames(): (projectId: number) => string {
  const projects = useQuery(projectsQuery);
  const names = new Map(projects.data?.map(({ id, name }) => [id, name]));
  return (projectId) => names.get(projectId) ?? `Project ${projectId}`;
}

function SnapshotView({ snapshot }: { snapshot: Snapshot }) {
  const nameOf = useProjectNames();
  const canLaunch = isAtLeast(useSignedInUser().role, "admin");
  const counts = countsInWords(snapshot.counts).map(({ key, name, count }) => ({
    name,
    value: <CountLink snapshot={snapshot} count={count} of={key} label={name} />,
  }));
  return (
    <>
      <PageHeader
        title={snapshot.name}
        actions={
          <>
            <Button
              component="a"
              href={`/api/snapshots/${snapshot.id}/records/`}
              download
              variant="default"
            >
              Download records
            </Button>
            {canLaunch && (
              <LinkButton to={`/runs/new?stage=${USED_BY[snapshot.kind]}&snapshot=${snapshot.id}`}>
                {LAUNCH_WORDS[snapshot.kind] ?? "Train on it"}
              </LinkButton>
            )}
          </>
        }
      >
        {SNAPSHOT_KIND_WORDS[snapshot.kind]}, frozen by {snapshot.created_by.display_name}{" "}
        <Moment at={snapshot.created_at} />
      </PageHeader>
      <Section title="What is inside" isSheet>
        <Facts facts={[{ name: "Records", value: formatCount(snapshot.num_records) }, ...counts]} />
      </Section>
      {snapshot.kind !== "pretrain" && <PaperTables snapshotId={snapshot.id} />}
      <Section
        title="How it was made"
        note="Freezing the same query again gives the same hash as long as nothing new was labeled."
        isSheet
      >
        <Facts
          facts={[
            ...queryFacts(snapshot.kind, snapshot.query, nameOf),
            { name: "Size", value: formatBytes(snapshot.bytes) },
            { name: "SHA-256 of the records", value: <Hash value={snapshot.sha256} canCopy /> },
          ]}
        />
      </Section>
      <SnapshotDifferenceSection snapshot={snapshot} />
      {!DOWNLOADED_AS_IT_IS.has(snapshot.kind) && <ExportsSection snapshotId={snapshot.id} />}
      <Consumers snapshot={snapshot} />
    </>
  );
}

/** One frozen data set: what is in it, how it was made, and who has learned from it. */
export function SnapshotPage() {
  const { snapshotId = "" } = useParams();
  const snapshot = useQuery(snapshotQuery(snapshotId));
  return <Loaded query={snapshot}>{(found) => <SnapshotView snapshot={found} />}</Loaded>;
}
