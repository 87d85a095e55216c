import {
  accuracyByLabeler,
  accuracyRows,
  lacksHeldOutPairs,
  reportWarnings,
  singleFigures,
} from "@/api/report";
import type { ReportedFigure } from "@/api/report";

import { DataTable } from "./data-table";
import { Facts } from "./facts";
import { countOf, formatCount, formatMeasure } from "./formats";
import { IntervalChart } from "./interval-chart";

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

/** A report as figures with intervals on one scale, then everything that is a single figure. */
export function ReportView({ report, title }: { report: unknown; title: string }) {
  const rows = accuracyRows(report);
  const byLabeler = accuracyByLabeler(report);
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
          rows={rows.map(({ label, figure, isBaseline }) => ({
            label,
            note: pairsOf(figure),
            interval: figure,
            isQuiet: isBaseline,
          }))}
        />
      )}
      {facts.length > 0 && <Facts facts={facts} />}
      {byLabeler.length > 0 && (
        <details>
          <summary>By labeler</summary>
          <div style={{ marginTop: "0.6rem" }}>
            <DataTable
              caption="Accuracy by labeler"
              columns={[
                { key: "who", header: "Labeler", isRowHeader: true, cell: ({ labeler }) => labeler },
                {
                  key: "value",
                  header: "Accuracy",
                  align: "end",
                  cell: ({ figure }) => figure.value.toFixed(3),
                },
                {
                  key: "pairs",
                  header: "Pairs",
                  align: "end",
                  cell: ({ figure }) => formatCount(figure.num_pairs ?? 0),
                },
              ]}
              rows={byLabeler}
              rowKey={({ labeler }) => labeler}
            />
          </div>
        </details>
      )}
    </div>
  );
}
