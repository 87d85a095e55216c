import { Anchor } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";

import { accuracyRows, singleFigures } from "@/api/report";
import { runsQuery } from "@/api/runs";
import { isAtLeast, useSignedInUser } from "@/api/session";
import type { ModelVersionDetail, RunRow } from "@/api/training-types";
import { MODEL_KIND_WORDS, RUN_STATE_WORDS, shortRevision, stageInWords } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { Facts } from "@/components/facts";
import { countOf, formatBytes } from "@/components/formats";
import { Hash } from "@/components/hash";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { PageHeader } from "@/components/page-header";
import { ReportView } from "@/components/report-view";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";
import { ToneBadge } from "@/components/tone-badge";

import { LabelsBehind } from "./labels-behind";
import { LineageTree } from "./lineage-tree";
import { modelVersionQuery } from "./model-queries";
import { PromotionsSection } from "./promotions-section";

const MADE_WITHOUT_WEIGHTS: Partial<Record<RunRow["stage"], string>> = {
  sampling: "completions",
  scoring: "rewards",
  generalisation: "a report",
};

const CONSUMERS: Column<RunRow>[] = [
  {
    key: "run",
    header: "Run",
    isRowHeader: true,
    cell: ({ id, name }) => <Link to={`/runs/${id}`}>{name}</Link>,
  },
  { key: "stage", header: "Stage", cell: stageInWords },
  { key: "state", header: "State", cell: ({ state }) => <ToneBadge {...RUN_STATE_WORDS[state]} /> },
  {
    key: "model",
    header: "What it made",
    cell: ({ output_model_version: made, stage }) => {
      if (made) {
        return (
          <Anchor component={Link} to={`/models/${made.id}`}>
            {made.name}
          </Anchor>
        );
      }
      return MADE_WITHOUT_WEIGHTS[stage] ?? "nothing yet";
    },
  },
  { key: "at", header: "Requested", cell: ({ created_at: at }) => <Moment at={at} /> },
];

function Consumers({ modelId }: { modelId: string }) {
  const runs = useInfiniteQuery(runsQuery({ input: modelId }));
  return (
    <Section title="What came of it">
      <Loaded query={runs} skeleton={<TableSkeleton numRows={2} />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title="No run has used this version yet" />
          ) : (
            <>
              <DataTable
                caption="Runs that used this version"
                columns={CONSUMERS}
                rows={rows}
                rowKey={({ id }) => id}
              />
              <MoreButton list={runs} />
            </>
          )
        }
      </Loaded>
    </Section>
  );
}

function NextSteps({ model }: { model: ModelVersionDetail }) {
  const isAdmin = isAtLeast(useSignedInUser().role, "admin");
  if (!isAdmin) return null;
  if (model.kind === "reward_model") {
    return (
      <>
        <LinkButton to={`/runs/new?stage=scoring&model=${model.id}`} isQuiet>
          Score completions
        </LinkButton>
        <LinkButton to={`/runs/new?stage=ppo&model=${model.id}`}>Train a policy against it</LinkButton>
      </>
    );
  }
  return (
    <>
      {model.completion_source_id !== null && (
        <>
          <LinkButton to={`/evaluations/new?source=${model.completion_source_id}`} isQuiet>
            Let people compare it
          </LinkButton>
          <LinkButton to={`/projects/new?source=${model.completion_source_id}`} isQuiet>
            Send to a new ranking project
          </LinkButton>
        </>
      )}
      <LinkButton to={`/runs/new?stage=sampling&model=${model.id}`}>Sample completions</LinkButton>
    </>
  );
}

function hasReport({ report }: ModelVersionDetail): boolean {
  return accuracyRows(report).length > 0 || singleFigures(report).length > 0;
}

function Hyperparameters({ values }: { values: Record<string, unknown> }) {
  const facts = Object.entries(values).map(([name, value]) => ({ name, value: String(value) }));
  if (facts.length === 0) return null;
  return (
    <details style={{ marginTop: "1.25rem" }}>
      <summary>Hyperparameters</summary>
      <div style={{ marginTop: "0.75rem" }}>
        <Facts facts={facts} />
      </div>
    </details>
  );
}

/** As its folder says; empty where it does not. */
function architectureOf({ architecture, context_tokens: context }: ModelVersionDetail): string {
  return [architecture, context === null ? "" : `reads ${countOf(context, "token")}`]
    .filter((part) => part !== "")
    .join(", ");
}

function ModelView({ model }: { model: ModelVersionDetail }) {
  const { lineage } = model;
  return (
    <>
      <PageHeader title={model.name} actions={<NextSteps model={model} />}>
        {MODEL_KIND_WORDS[model.kind]}, made <Moment at={model.created_at} />
      </PageHeader>
      {model.kind !== "base" && <PromotionsSection model={model} />}
      <Section title="Where it comes from" isSheet>
        <LabelsBehind labels={lineage.labels} />
        <LineageTree model={model} />
      </Section>
      {hasReport(model) && (
        <Section title="Report" isSheet>
          <ReportView report={model.report} title="Pairs ordered as labelers did" />
        </Section>
      )}
      <Consumers modelId={model.id} />
      <Section
        title="Facts"
        isSheet
        actions={
          <Anchor href={`/api/model-versions/${model.id}/download/`} download>
            Download the folder ({formatBytes(model.bytes)})
          </Anchor>
        }
      >
        <Facts
          facts={[
            { name: "Licence", value: model.licence },
            { name: "Source", value: model.source },
            { name: "Size", value: formatBytes(model.bytes) },
            { name: "Architecture", value: architectureOf(model) },
            {
              name: "Vocabulary",
              value: model.vocabulary_size === null ? "" : countOf(model.vocabulary_size, "token"),
            },
            { name: "Seed", value: lineage.seed },
            { name: "Code revision", value: lineage.code_revision && shortRevision(lineage.code_revision) },
            { name: "SHA-256 of the folder", value: <Hash value={model.sha256} canCopy /> },
          ]}
        />
        <Hyperparameters values={lineage.hyperparameters} />
      </Section>
    </>
  );
}

/** One set of weights: what it stands on, how good it is, and what came of it (R53). */
export function ModelPage() {
  const { modelId = "" } = useParams();
  const model = useQuery(modelVersionQuery(modelId));
  return <Loaded query={model}>{(found) => <ModelView model={found} />}</Loaded>;
}
