import { Link } from "react-router";

import type { FlagAgreement } from "@/api/research-types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { FigureOver } from "@/components/figure-over";
import { formatCount } from "@/components/formats";

import type { Filters } from "./agreement-query";
import classes from "./agreement.module.css";
import { countedAddress, saidOf, sharedOf } from "./counted";
import { asCoefficient, asShare } from "./figures";

function columnsOf(filters: Filters): Column<FlagAgreement>[] {
  return [
    { key: "flag", header: "Flag", isRowHeader: true, cell: ({ label }) => label },
    {
      key: "prevalence",
      header: "Said yes",
      align: "end",
      cell: ({ prevalence }) => <FigureOver figure={prevalence} write={asShare} />,
    },
    {
      key: "answers",
      header: "Answers",
      align: "end",
      cell: ({ key, label, prevalence }) => (
        <Link
          to={countedAddress(filters, { figure: saidOf(key) })}
          aria-label={`${formatCount(prevalence.num_pairs)}: rankings that answered: ${label}`}
        >
          {formatCount(prevalence.num_pairs)}
        </Link>
      ),
    },
    { key: "ac1", header: "AC1", align: "end", cell: ({ ac1 }) => <FigureOver figure={ac1} write={asCoefficient} /> },
    { key: "alpha", header: "Alpha", align: "end", cell: ({ alpha }) => <FigureOver figure={alpha} write={asCoefficient} /> },
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
            aria-label={`${formatCount(ac1.num_pairs)}: rankings that answered about what others did too: ${label}`}
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
        <p className={`${classes.small} ${classes.more}`}>
          Nobody was asked about: {others.map(({ label }) => label).join("; ")}.
        </p>
      )}
    </>
  );
}
