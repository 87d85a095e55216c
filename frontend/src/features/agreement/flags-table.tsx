import type { Figure, FlagAgreement } from "@/api/research-types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { formatCount } from "@/components/formats";
import { NoFigure } from "@/components/no-figure";

import classes from "./agreement.module.css";

/** `0.812 (0.760 to 0.861)`, or that there is none and why. */
function Coefficient({ figure }: { figure: Figure }) {
  if (figure.value === null) return <NoFigure reason={figure.reason_undefined} />;
  const { value, low, high, reason_no_interval: reason } = figure;
  return (
    <>
      {value.toFixed(3)}
      <span className={classes.under} title={reason ?? undefined}>
        {low === null || high === null ? "no interval" : `${low.toFixed(3)} to ${high.toFixed(3)}`}
      </span>
    </>
  );
}

const COLUMNS: Column<FlagAgreement>[] = [
  { key: "flag", header: "Flag", isRowHeader: true, cell: ({ label }) => label },
  {
    key: "prevalence",
    header: "Said yes",
    align: "end",
    cell: ({ prevalence }) => (
      <>
        {prevalence.value === null ? <NoFigure reason={prevalence.reason_undefined} /> : `${(prevalence.value * 100).toFixed(1)}%`}
        <span className={classes.under}>n = {formatCount(prevalence.num_pairs)}</span>
      </>
    ),
  },
  { key: "ac1", header: "AC1", align: "end", cell: ({ ac1 }) => <Coefficient figure={ac1} /> },
  { key: "alpha", header: "Alpha", align: "end", cell: ({ alpha }) => <Coefficient figure={alpha} /> },
  {
    key: "shared",
    header: "Answers by several",
    align: "end",
    cell: ({ ac1 }) => formatCount(ac1.num_pairs),
  },
];

/** How much labelers agree about each flag, with both figures, since rare flags mislead one of them. */
export function FlagsTable({ flags }: { flags: FlagAgreement[] }) {
  const asked = flags.filter(({ prevalence }) => prevalence.num_pairs > 0);
  const others = flags.filter(({ prevalence }) => prevalence.num_pairs === 0);
  return (
    <>
      {asked.length > 0 && (
        <DataTable caption="Agreement about flags" columns={COLUMNS} rows={asked} rowKey={({ key }) => key} />
      )}
      {others.length > 0 && (
        <p className={classes.small}>
          Nobody was asked about: {others.map(({ label }) => label).join("; ")}.
        </p>
      )}
    </>
  );
}
