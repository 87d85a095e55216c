import { useQuery } from "@tanstack/react-query";

import { accuracyRows, evaluationRows, singleFigures } from "@/api/report";
import { glossaryQuery } from "@/api/runs";
import type { Run } from "@/api/training-types";
import { ReportView } from "@/components/report-view";
import { Section } from "@/components/section";

import { MetricMeanings } from "./metric-meanings";
import { reportedIn } from "./reported";
import { RunEvaluations } from "./run-evaluations";
import classes from "./run-page.module.css";

/** What a finished run says of itself, and what that means. */
export function RunReport({ run }: { run: Run }) {
  const evaluations = evaluationRows(run.report);
  const hasFigures = [accuracyRows(run.report), singleFigures(run.report), evaluations].some(({ length }) => length > 0);
  const glossary = useQuery({ ...glossaryQuery(run.stage), enabled: hasFigures });
  if (!hasFigures) return null;
  const figures = reportedIn(run.report, glossary.data?.report ?? []);
  return (
    <Section title="Report" isSheet>
      <ReportView report={run.report} title="Pairs ordered as labelers did" />
      <RunEvaluations rows={evaluations} figures={figures} />
      {figures.length > 0 && (
        <details className={classes.meaning}>
          <summary>What these figures mean</summary>
          <MetricMeanings metrics={figures} />
        </details>
      )}
    </Section>
  );
}
