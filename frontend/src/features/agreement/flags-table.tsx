import { Link } from "react-router";

import type { Figure, FlagAgreement } from "@/api/research-types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { formatCount } from "@/components/formats";
import { NoFigure } from "@/components/no-figure";

import type { Filters } from "./agreement-query";
import classes from "./agreement.module.css";
import { countedAddress, saidOf, sharedOf } from "./counted";
import { endsText, figureText } from "./figures";

/** A figure over its interval, or that there is none and why. */
function Over({ kind, figure }: { kind: string; figure: Figure }) {
  const text = figureText(kind, figure.value);
  if (text === null) return <NoFigure reason={figure.reason_undefined} />;
  return (
    <>
      {text}
      <span className={classes.under}>{endsText(kind, figure)}</span>
    </>
  );
}

function columnsOf(filters: Filters): Column<FlagAgreement>[] {
  return [
    { key: "flag", header: "Flag", isRowHeader: true, cell: ({ label }) => label },
    {
      key: "prevalence",
      header: "Said yes",
      align: "end",
      cell: ({ prevalence }) => <Over kind="prevalence" figure={prevalence} />,
    },
    {
      key: "answers",
      header: "Answers",
      align: "end",
      cell: ({ key, label, prevalence }) => (
        <Link
          to={countedAddress(filters, { figure: saidOf(key) })}
          aria-label={`Rankings that answered: ${label}`}
        >
          {formatCount(prevalence.num_pairs)}
        </Link>
      ),
    },
    { key: "ac1", header: "AC1", align: "end", cell: ({ ac1 }) => <Over kind="kappa" figure={ac1} /> },
    { key: "alpha", header: "Alpha", align: "end", cell: ({ alpha }) => <Over kind="alpha" figure={alpha} /> },
    {
      key: "shared",
      header: "Answers by several",
      align: "end",
      cell: ({ key, label, ac1 }) =>
        ac1.num_pairs === 0 ? (
          "0"
        ) : (
          <Link
            to={countedAddress(filters, { figure: sharedOf(key) })}
            aria-label={`Rankings that answered about what others did too: ${label}`}
          >
            {formatCount(ac1.num_pairs)}
          </Link>
        ),
    },
  ];
}

/** How much labelers agree about each flag, with both figures, since rare flags mislead one of them. */
export function FlagsTable({ flags, filters }: { flags: FlagAgreement[]; filters: Filters }) {
  const asked = flags.filter(({ prevalence }) => prevalence.num_pairs > 0);
  const others = flags.filter(({ prevalence }) => prevalence.num_pairs === 0);
  return (
    <>
      {asked.length > 0 && (
        <DataTable caption="Agreement about flags" columns={columnsOf(filters)} rows={asked} rowKey={({ key }) => key} />
      )}
      {others.length > 0 && (
        <p className={classes.small}>
          Nobody was asked about: {others.map(({ label }) => label).join("; ")}.
        </p>
      )}
    </>
  );
}
