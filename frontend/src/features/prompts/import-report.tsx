import type { ImportReport } from "@/api/research-types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { countOf, formatCount } from "@/components/formats";
import { ToneBadge } from "@/components/tone-badge";

import classes from "./import-prompts.module.css";
import { linesOf } from "./report-lines";
import type { ReportLine } from "./report-lines";

const COLUMNS: Column<ReportLine>[] = [
  { key: "line", header: "Line", isRowHeader: true, cell: ({ line }) => `Line ${formatCount(line)}` },
  {
    key: "outcome",
    header: "Outcome",
    isOneLine: true,
    cell: ({ isError }) =>
      isError ? (
        <ToneBadge tone="bad" icon="failed" label="Refused" />
      ) : (
        <ToneBadge tone="neutral" icon="stopped" label="Passed over" />
      ),
  },
  { key: "field", header: "Field", cell: ({ field }) => field ?? "the whole line" },
  { key: "why", header: "Why", cell: ({ why }) => why },
];

/** What came of each line that was not simply stored. */
export function ImportReportView({ report }: { report: ImportReport }) {
  const lines = linesOf(report);
  return (
    <div role="status">
      <p className={classes.figures}>
        {countOf(report.num_read, "line")} read, {formatCount(report.num_stored)}{" "}
        {report.dry_run ? "would be stored" : "stored"}, {formatCount(report.skipped.length)} passed over,{" "}
        {formatCount(new Set(report.errors.map(({ line }) => line)).size)} refused.
      </p>
      {lines.length > 0 && (
        <DataTable caption="Lines that were not stored" columns={COLUMNS} rows={lines} rowKey={({ key }) => key} />
      )}
    </div>
  );
}
