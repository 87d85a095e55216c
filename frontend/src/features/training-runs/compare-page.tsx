import { Checkbox, Group } from "@mantine/core";
import { useQueries, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { Link, useSearchParams } from "react-router";

import { accuracyRows } from "@/api/report";
import { glossaryQuery, isLive, stagesQuery } from "@/api/runs";
import type { Run } from "@/api/training-types";
import { RUN_STATE_WORDS, stageInWords } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { LinkButton } from "@/components/link-button";
import { LoadingShape } from "@/components/loading-shape";
import { Moment } from "@/components/moment";
import { PageHeader } from "@/components/page-header";
import { QueryProblem } from "@/components/query-problem";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";

import classes from "./compare-page.module.css";
import {
  comparedFacts,
  comparedFigures,
  comparedHyperparameters,
  comparedIds,
  comparedQuery,
  comparingCharts,
  letterOf,
  MAX_COMPARED,
  runsByLetter,
  strangersIn,
} from "./compared-runs";
import type { Compared, Strangers } from "./compared-runs";
import { definitionOf } from "./metric-groups";
import type { MetricChart } from "./metric-groups";
import { runMetricsQuery } from "./run-metrics";
import pageClasses from "./run-page.module.css";
import { Smoothing } from "./smoothing";

// The chart library is large and only pages with curves load it.
const LineChart = lazy(() =>
  import("@/components/line-chart").then((module) => ({ default: module.LineChart })),
);

/** A failed refresh keeps what was shown before. */
function hasNothing({ isError, data }: { isError: boolean; data: unknown }): boolean {
  return isError && data === undefined;
}

function columnsFor(what: string, runs: Run[]): Column<Compared>[] {
  return [
    {
      key: "name",
      header: what,
      isRowHeader: true,
      width: "28%",
      cell: ({ name, isDifferent }) => (isDifferent ? <b>{name}</b> : name),
    },
    ...runs.map(({ id }, index) => ({
      key: id,
      header: letterOf(index),
      cell: ({ values, isChanged }: Compared) => {
        if (!values[index]) return null;
        return isChanged[index] ? <mark className={classes.changed}>{values[index]}</mark> : values[index];
      },
    })),
  ];
}

function ComparedTable({
  title,
  what,
  note,
  rows,
  runs,
}: {
  title: string;
  what: string;
  note?: string;
  rows: Compared[];
  runs: Run[];
}) {
  const [showsAll, setShowsAll] = useState(false);
  const shown = showsAll ? rows : rows.filter(({ isDifferent }) => isDifferent);
  const numSame = rows.filter(({ isDifferent }) => !isDifferent).length;
  if (rows.length === 0) return null;
  return (
    <Section
      title={title}
      note={note}
      actions={
        numSame > 0 && (
          <Checkbox
            label={`Also what is the same (${numSame})`}
            checked={showsAll}
            onChange={(event) => setShowsAll(event.currentTarget.checked)}
          />
        )
      }
    >
      {shown.length === 0 ? (
        <EmptyNote title="No difference" />
      ) : (
        <DataTable
          caption={title}
          columns={columnsFor(what, runs)}
          rows={shown}
          rowKey={({ name }) => name}
        />
      )}
    </Section>
  );
}

function Charts({ charts, runs }: { charts: MetricChart[]; runs: Run[] }) {
  const [smoothing, setSmoothing] = useState(0);
  return (
    <Section title="Curves" actions={<Smoothing percent={smoothing} onChange={setSmoothing} />}>
      <Suspense fallback={<LoadingShape height={220} />}>
        <div className={pageClasses.curves}>
          {charts.map(({ title, unit, series, band, metrics }) => (
            <LineChart
              key={metrics[0]?.name ?? title}
              title={title}
              unit={unit}
              definition={`${definitionOf({ title, metrics })} ${runsByLetter(runs)}`}
              series={series}
              band={band}
              smoothing={smoothing / 100}
            />
          ))}
        </div>
      </Suspense>
    </Section>
  );
}

function OverlaidCurves({ runs }: { runs: Run[] }) {
  const figures = useQueries({ queries: runs.map((run) => runMetricsQuery(run.id, isLive(run.state))) });
  const stages = [...new Set(runs.map(({ stage }) => stage))];
  const glossaries = useQueries({ queries: stages.map((stage) => glossaryQuery(stage)) });
  const queries = [...figures, ...glossaries];
  const failed = queries.find(hasNothing);
  if (failed) return <QueryProblem error={failed.error} onRetry={() => void failed.refetch()} />;
  if (queries.some((query) => query.isPending)) return <LoadingShape height={220} />;
  const charts = comparingCharts(
    figures.map(({ data }, index) => ({ name: letterOf(index), points: data?.points ?? [] })),
    glossaries.flatMap(({ data }) => data?.steps ?? []),
  );
  if (charts.length === 0) return <EmptyNote title="None of these runs has recorded a step yet" />;
  return <Charts charts={charts} runs={runs} />;
}

function accuracyOf({ report }: Run): string {
  const row = accuracyRows(report).find(({ isBaseline }) => !isBaseline);
  if (!row) return "";
  const { value, low, high } = row.figure;
  const interval = low === null || high === null ? "" : ` [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  return `${row.label}: ${value.toFixed(3)}${interval}`;
}

function Comparison({ runs }: { runs: Run[] }) {
  const stages = useQuery(stagesQuery);
  const accuracies = runs.map(accuracyOf);
  const results = [
    ...(accuracies.some((text) => text !== "")
      ? [{ name: "Accuracy", values: accuracies, isChanged: runs.map(() => false), isDifferent: true }]
      : []),
    ...comparedFigures(runs),
  ];
  return (
    <>
      <ul className={classes.runs}>
        {runs.map(({ id, name, stage, is_ptx: isPtx, state, created_at: at }, index) => (
          <li key={id}>
            <b>{letterOf(index)}</b> <Link to={`/runs/${id}`}>{name}</Link>
            <span className={classes.which}>
              {" "}
              {stageInWords({ stage, is_ptx: isPtx })}, {RUN_STATE_WORDS[state].label.toLowerCase()}, requested <Moment at={at} />
            </span>
          </li>
        ))}
      </ul>
      <OverlaidCurves runs={runs} />
      <ComparedTable
        title="Hyperparameters"
        what="Hyperparameter"
        note="Marked values differ from the defaults of their stage."
        rows={comparedHyperparameters(runs, stages.data ?? [])}
        runs={runs}
      />
      <ComparedTable title="Results" what="Figure" rows={results} runs={runs} />
      <ComparedTable title="Circumstances" what="What" rows={comparedFacts(runs)} runs={runs} />
    </>
  );
}

/** Which of the runs are not there, and a way on with the others. */
function NotThere({ sentences, others }: Strangers) {
  const marked = others.join(",");
  return (
    <EmptyNote
      title={sentences.length === 1 ? "One of these runs is not here" : `${sentences.length} of these runs are not here`}
      actions={
        <Group gap="sm">
          {others.length > 1 && (
            <LinkButton to={`/runs/compare?ids=${marked}`}>{`Compare the other ${others.length}`}</LinkButton>
          )}
          <LinkButton to={`/runs?compare=${marked}`} isQuiet={others.length > 1}>
            Choose runs
          </LinkButton>
        </Group>
      }
    >
      {sentences.join(" ")} The address may have been cut off when it was passed on.
    </EmptyNote>
  );
}

function ComparedRuns({ ids }: { ids: string[] }) {
  const compared = useQuery(comparedQuery(ids));
  const strangers = strangersIn(compared.error, ids);
  if (strangers) return <NotThere {...strangers} />;
  if (hasNothing(compared)) {
    return <QueryProblem error={compared.error} onRetry={() => void compared.refetch()} />;
  }
  return compared.data ? <Comparison runs={compared.data} /> : <TableSkeleton />;
}

/** Up to four runs over each other: their curves, and what was different about them. */
export function ComparePage() {
  const [params] = useSearchParams();
  const ids = comparedIds(params.get("ids") ?? "");
  return (
    <>
      <PageHeader
        title="Compare runs"
        actions={<LinkButton to={`/runs?compare=${ids.join(",")}`} isQuiet>Choose other runs</LinkButton>}
      >
        Their curves over each other, and what was different about them.
      </PageHeader>
      {ids.length < 2 ? (
        <EmptyNote title="Two runs at least" actions={<LinkButton to={`/runs?compare=${ids.join(",")}`}>Choose runs</LinkButton>}>
          Mark two to {MAX_COMPARED} runs in the list of runs.
        </EmptyNote>
      ) : (
        <ComparedRuns ids={ids} />
      )}
    </>
  );
}
