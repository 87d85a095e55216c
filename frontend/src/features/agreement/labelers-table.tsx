import { Link } from "react-router";

import type { AgreementReport, LabelerAgreement, LabelersTogether } from "@/api/research-types";
import { POOL_WORDS } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { Beside, FigureOver } from "@/components/figure-over";
import { countOf, formatCount } from "@/components/formats";
import { IntervalMark } from "@/components/interval-mark";
import { AS_NUMBERS, AS_SHARES } from "@/components/interval-scale";

import type { Filters } from "./agreement-query";
import classes from "./agreement.module.css";
import { asCoefficient, asShare, intervalOf } from "./figures";
import { FirstRows } from "./first-rows";
import { labelerAddress, rowsAddress } from "./rows-address";

const SHARES: [number, number] = [0, 1];
const COEFFICIENTS: [number, number] = [-1, 1];

function Mark({ figure, range, label }: {
  figure: { value: number | null; low: number | null; high: number | null };
  range: [number, number];
  label: string;
}) {
  const interval = intervalOf(figure);
  if (!interval) return null;
  const middle = (range[0] + range[1]) / 2;
  return (
    <div className={classes.column}>
      <IntervalMark
        interval={interval}
        range={range}
        references={[{ value: middle, label: "chance" }]}
        writing={range === SHARES ? AS_SHARES : AS_NUMBERS}
        label={label}
      />
    </div>
  );
}

function labelersColumns(filters: Filters): Column<LabelerAgreement>[] {
  return [
  {
    key: "who",
    header: "Labeler",
    isRowHeader: true,
    cell: ({ labeler }) => (
      <>
        <Link to={labelerAddress(filters, labeler.id)}>{labeler.display_name}</Link>
        <Beside>{POOL_WORDS[labeler.pool]}</Beside>
      </>
    ),
  },
  {
    key: "value",
    header: "Agreement",
    align: "end",
    width: "14rem",
    cell: ({ agreement }) => (
      <FigureOver figure={agreement} write={asShare}>
        {countOf(agreement.num_pairs, "comparison")}
      </FigureOver>
    ),
  },
  {
    key: "mark",
    header: "0 to 100%, 50% dotted",
    cell: ({ labeler, agreement }) =>
      agreement.value === null ? null : (
        <Mark figure={agreement} range={SHARES} label={`Agreement of ${labeler.display_name}`} />
      ),
  },
  {
    key: "rankings",
    header: "Rankings",
    align: "end",
    cell: ({ labeler, num_rankings: count }) => (
      <Link to={rowsAddress(filters, { labeler: labeler.id, compared: "yes" })} aria-label={`${formatCount(count)} rankings of ${labeler.display_name}`}>
        {formatCount(count)}
      </Link>
    ),
  },
  {
    key: "ties",
    header: "Ties",
    align: "end",
    width: "14rem",
    cell: ({ tie_share: ties }) => (
      <FigureOver figure={ties} write={asShare}>
        {countOf(ties.num_pairs, "judgment")}
      </FigureOver>
    ),
  },
];
}

function togetherColumns(filters: Filters): Column<LabelersTogether>[] {
  return [
  {
    key: "who",
    header: "Labelers",
    isRowHeader: true,
    cell: ({ a, b }) => `${a.display_name} and ${b.display_name}`,
  },
  {
    key: "value",
    header: "Kappa",
    align: "end",
    cell: ({ kappa }) => <FigureOver figure={kappa} write={asCoefficient} />,
  },
  {
    key: "mark",
    header: "-1 to 1, 0 dotted",
    cell: ({ a, b, kappa }) =>
      kappa.value === null ? null : (
        <Mark
          figure={kappa}
          range={COEFFICIENTS}
          label={`Kappa of ${a.display_name} and ${b.display_name}`}
        />
      ),
  },
  {
    key: "shared",
    header: "Shared pairs",
    align: "end",
    cell: ({ a, b, kappa }) => (
      <Link
        to={rowsAddress(filters, { labeler: a.id, with: b.id })}
        aria-label={`${formatCount(kappa.num_pairs)}: rankings of ${a.display_name} and ${b.display_name}`}
      >
        {formatCount(kappa.num_pairs)}
      </Link>
    ),
  },
];
}

export function LabelersTable({
  labelers,
  filters,
}: {
  labelers: AgreementReport["labelers"];
  filters: Filters;
}) {
  return (
    <FirstRows rows={labelers}>
      {(rows) => (
        <DataTable
          caption="Agreement by labeler"
          columns={labelersColumns(filters)}
          rows={rows}
          rowKey={({ labeler }) => labeler.id}
        />
      )}
    </FirstRows>
  );
}

export function KappasTable({ together, filters }: { together: LabelersTogether[]; filters: Filters }) {
  return (
    <FirstRows rows={together}>
      {(rows) => (
        <DataTable
          caption="Cohen's kappa of every two labelers"
          columns={togetherColumns(filters)}
          rows={rows}
          rowKey={({ a, b }) => `${a.id}-${b.id}`}
        />
      )}
    </FirstRows>
  );
}
