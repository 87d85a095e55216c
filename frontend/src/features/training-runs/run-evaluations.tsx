import type { EvaluationRow } from "@/api/report";
import type { StageMetric } from "@/api/training-types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { formatMeasure } from "@/components/formats";

const PLACE = "evaluations.";

function columnsOf(figures: StageMetric[]): Column<EvaluationRow>[] {
  const meanings = new Map(figures.map((figure) => [figure.name, figure]));
  const meaningOf = ({ name }: EvaluationRow) => meanings.get(PLACE + name);
  return [
    {
      key: "name",
      header: "Automatic evaluation",
      isRowHeader: true,
      cell: (row) => meaningOf(row)?.title ?? row.name.replaceAll("_", " "),
    },
    {
      key: "figure",
      header: "Figure",
      align: "end",
      cell: ({ figure, reason }) => (figure ? formatMeasure(figure.value) : `not defined: ${reason}`),
    },
    { key: "unit", header: "Unit", cell: (row) => meaningOf(row)?.unit ?? "" },
    {
      key: "interval",
      header: "95% interval",
      isOneLine: true,
      cell: ({ figure }) =>
        figure === null || figure.low === null || figure.high === null
          ? ""
          : `${formatMeasure(figure.low)} to ${formatMeasure(figure.high)}`,
    },
    { key: "counted", header: "Over", isOneLine: true, cell: ({ figure, counted }) => (figure ? counted : "") },
  ];
}

/** What the run measured of its finished model, as it was asked to (R75). */
export function RunEvaluations({ rows, figures }: { rows: EvaluationRow[]; figures: StageMetric[] }) {
  if (rows.length === 0) return null;
  return (
    <DataTable
      caption="Automatic evaluations"
      columns={columnsOf(figures)}
      rows={rows}
      rowKey={({ name }) => name}
    />
  );
}
