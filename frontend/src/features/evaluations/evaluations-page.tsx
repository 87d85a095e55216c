import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { Evaluation } from "@/api/research-types";
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

import { EvaluationProgress } from "./evaluation-progress";
import { evaluationsQuery } from "./evaluation-queries";
import classes from "./evaluations.module.css";
import { listed } from "./plan-words";

const COLUMNS: Column<Evaluation>[] = [
  {
    key: "name",
    header: "Evaluation",
    isRowHeader: true,
    cell: ({ id, name, kind, k }) => (
      <>
        <Link to={`/evaluations/${id}`}>{name}</Link>
        <div className={classes.kind}>
          {PROJECT_KIND_WORDS[kind]}
          {k !== null && `, ${k} completions a task`}
        </div>
      </>
    ),
  },
  {
    key: "models",
    header: "Compares",
    cell: ({ models, baseline }) => (
      <>
        {listed(models.map(({ name }) => name))}
        {baseline && <div className={classes.kind}>with {baseline.name}</div>}
      </>
    ),
  },
  { key: "state", header: "State", isOneLine: true, cell: ({ state }) => <ToneBadge {...PROJECT_STATE_WORDS[state]} /> },
  { key: "progress", header: "Answers", cell: (evaluation) => <EvaluationProgress evaluation={evaluation} /> },
  { key: "tasks", header: "Tasks", align: "end", cell: ({ num_tasks: count }) => formatCount(count) },
  { key: "pool", header: "Pool", cell: ({ pool }) => POOL_WORDS[pool] },
  { key: "at", header: "Opened", cell: ({ created_at: at }) => <Moment at={at} /> },
];

/** Which models are judged against which, and how far each of it is (R34). */
export function EvaluationsPage() {
  const evaluations = useQuery(evaluationsQuery);
  const isAdmin = isAtLeast(useSignedInUser().role, "admin");
  const newEvaluation = isAdmin && <LinkButton to="/evaluations/new">New evaluation</LinkButton>;
  return (
    <>
      <PageHeader title="Evaluations" actions={newEvaluation}>
        People judge models side by side, on prompts that none of them has learned from.
      </PageHeader>
      <Loaded query={evaluations} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title="There is no evaluation yet" actions={newEvaluation}>
              An evaluation shows a baseline and the models compared with it in every task. Its
              judgments never train a model.
            </EmptyNote>
          ) : (
            <DataTable caption="Evaluations" columns={COLUMNS} rows={rows} rowKey={({ id }) => id} />
          )
        }
      </Loaded>
    </>
  );
}
