import {
  accuracyBreakdowns,
  accuracyRows,
  lacksHeldOutPairs,
  reportWarnings,
  singleFigures,
} from "@/api/report";
import type { Breakdown, ReportedFigure } from "@/api/report";

import { Facts } from "./facts";
import { countOf, formatMeasure } from "./formats";
import { IntervalChart } from "./interval-chart";

const ACCURACY =
  "The share of pairs of completions that the reward model orders as the labelers did, ties left " +
  "out, with a 95% interval of a bootstrap over prompts.";

function pairsOf({ num_pairs: pairs, num_prompts: prompts }: ReportedFigure): string | undefined {
  if (pairs === null) return undefined;
  return prompts === null ? countOf(pairs, "pair") : `${countOf(pairs, "pair")} of ${countOf(prompts, "prompt")}`;
}

function display(value: string | number | boolean): string {
  if (typeof value === "number") return formatMeasure(value);
  return typeof value === "boolean" ? (value ? "yes" : "no") : value;
}

function Warnings({ warnings }: { warnings: string[] }) {
  if (warnings.length === 0) return null;
  return (
    <ul style={{ margin: 0, paddingInlineStart: "1.1rem" }}>
      {warnings.map((warning) => (
        <li key={warning}>{warning}</li>
      ))}
    </ul>
  );
}

/** Folded until it is asked for: a report may name many labelers. */
function Part({ breakdown }: { breakdown: Breakdown }) {
  return (
    <details>
      <summary>{breakdown.title}</summary>
      <div style={{ marginBlockStart: "0.6rem" }}>
        <IntervalChart
          title={breakdown.title}
          definition={ACCURACY}
          rows={breakdown.rows.map(({ label, figure }) => ({
            label,
            note: pairsOf(figure),
            interval: figure,
          }))}
        />
      </div>
    </details>
  );
}

/** A report as figures with intervals on one scale, then everything that is a single figure. */
export function ReportView({ report, title }: { report: unknown; title: string }) {
  const rows = accuracyRows(report);
  const facts = singleFigures(report).map(({ name, value }) => ({ name, value: display(value) }));
  return (
    <div style={{ display: "grid", gap: "1.25rem" }}>
      <Warnings warnings={reportWarnings(report)} />
      {lacksHeldOutPairs(report) && (
        <p style={{ margin: 0 }}>
          No pair was held out, so how well it orders new pairs could not be measured.
        </p>
      )}
      {rows.length > 0 && (
        <IntervalChart
          title={title}
          definition={ACCURACY}
          rows={rows.map(({ label, figure, isBaseline }) => ({
            label,
            note: pairsOf(figure),
            interval: figure,
            isQuiet: isBaseline,
          }))}
        />
      )}
      {facts.length > 0 && <Facts facts={facts} />}
      {accuracyBreakdowns(report).map((breakdown) => (
        <Part key={breakdown.title} breakdown={breakdown} />
      ))}
    </div>
  );
}
