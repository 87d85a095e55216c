import { useQuery } from "@tanstack/react-query";
import type { UseQueryResult } from "@tanstack/react-query";
import { Link } from "react-router";

import type { AgreementFigure, AgreementReport, PoolAgreement } from "@/api/research-types";
import { POOL_WORDS } from "@/api/words";
import { CsvButton } from "@/components/csv-button";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { FigureOver } from "@/components/figure-over";
import { formatCount } from "@/components/formats";
import { IntervalChart } from "@/components/interval-chart";
import type { IntervalRow } from "@/components/interval-chart";
import { LoadedFigures } from "@/components/loaded-figures";
import { LoadingShape } from "@/components/loading-shape";
import type { NamedFigure } from "@/components/missing-figures";
import { NotDefined } from "@/components/not-defined";
import { Section } from "@/components/section";

import { poolsQuery } from "./agreement-query";
import type { Filters } from "./agreement-query";
import { poolsFile } from "./downloads";
import { asCoefficient, asShare, intervalOf, isShare, noteOf, sizeOf } from "./figures";
import { figureAddress } from "./rows-address";

/** The figure that the published ones are of. */
export const PUBLISHED = "strict";
const SIDES = "Training and held-out labelers";
const SIDE_BY_SIDE = "Each figure among training labelers alone and among held-out labelers alone.";

const AS_PUBLISHED = "As published; of what the ± is, the paper does not say.";

function publishedIn(figures: AgreementFigure[]): AgreementFigure | undefined {
  return figures.find(({ key }) => key === PUBLISHED);
}

function rowsOf(label: string, figure: AgreementFigure | undefined, to: string): IntervalRow[] {
  const interval = figure ? intervalOf(figure) : null;
  return figure && interval ? [{ label, note: noteOf(figure, figure.counted), size: sizeOf(figure), to, interval }] : [];
}

function nameOf(pool: PoolAgreement["pool"]): string {
  return `Here, ${POOL_WORDS[pool].toLowerCase()} labelers`;
}

/** The first figure against the published ones, on one scale, each pool by itself. */
function AgainstReferences({
  report,
  pools,
  filters,
}: {
  report: AgreementReport;
  pools: PoolAgreement[];
  filters: Filters;
}) {
  const strict = publishedIn(report.figures);
  if (!strict) return null;
  const source = report.reference_lines[0]?.source ?? "";
  const here = [
    { name: "Here", figure: strict },
    ...pools.flatMap(({ pool, figures }) => {
      const figure = publishedIn(figures);
      return figure ? [{ name: nameOf(pool), figure }] : [];
    }),
  ];
  return (
    <Section title="Beside published figures" note={source} isSheet>
      <IntervalChart
        title="Pairwise agreement beside published figures"
        definition={`${strict.definition} ${report.definition.interval_method} Published: ${source}.`}
        rows={[
          ...rowsOf("Here", strict, figureAddress(filters, strict)),
          ...pools.flatMap(({ pool, figures }) =>
            rowsOf(nameOf(pool), publishedIn(figures), figureAddress({ ...filters, pool }, strict)),
          ),
          ...report.reference_lines.map(({ label, value, low, high }) => ({
            label,
            note: AS_PUBLISHED,
            interval: { value, low, high, ends: "published as" },
            isQuiet: true,
          })),
        ]}
        undrawn={here.flatMap(({ name, figure }) => (figure.value === null ? [{ label: name, ...sizeOf(figure) }] : []))}
        references={[{ value: strict.chance ?? 0.5, label: "Chance" }]}
        isShare
      />
      <NotDefined
        title="Pairwise agreement"
        figures={here}
      />
    </Section>
  );
}

type PoolsQuery = UseQueryResult<{ pools: PoolAgreement[] }>;

/** One figure in every pool. */
interface PoolsRow {
  key: string;
  label: string;
  of: Map<PoolAgreement["pool"], AgreementFigure>;
}

function columnsOf(pools: PoolAgreement[], filters: Filters): Column<PoolsRow>[] {
  return [
    { key: "figure", header: "Figure", isRowHeader: true, cell: ({ label }) => label },
    ...pools.flatMap(({ pool }): Column<PoolsRow>[] => [
      {
        key: pool,
        header: `${POOL_WORDS[pool]} labelers`,
        align: "end",
        cell: ({ key, of }) => {
          const figure = of.get(pool);
          return figure && <FigureOver figure={figure} write={isShare(key) ? asShare : asCoefficient} />;
        },
      },
      {
        key: `${pool} n`,
        header: "n",
        align: "end",
        cell: ({ label, of }) => {
          const figure = of.get(pool);
          return (
            figure && (
              <Link
                to={figureAddress({ ...filters, pool }, figure)}
                aria-label={`${formatCount(figure.num_pairs)}: the rankings behind ${label}, ${POOL_WORDS[pool].toLowerCase()} labelers`}
              >
                {formatCount(figure.num_pairs)}
              </Link>
            )
          );
        },
      },
    ]),
  ];
}

/** Which pools have no figure at all, and why, as the published one has it. */
function poolsWithout(pools: PoolAgreement[]): NamedFigure[] {
  return pools.flatMap(({ pool, figures }) => {
    const figure = publishedIn(figures);
    const hasNone = figures.every(({ value }) => value === null);
    return hasNone && figure ? [{ name: `${POOL_WORDS[pool]} labelers`, figure }] : [];
  });
}

function PoolsTable({ pools, filters }: { pools: PoolAgreement[]; filters: Filters }) {
  const without = poolsWithout(pools);
  // A pool of which nothing is known is no side: what it lacks is said once.
  if (without.length > 0) return <NotDefined title={SIDES} figures={without} />;
  const rows: PoolsRow[] = (pools[0]?.figures ?? []).map(({ key, label }) => ({
    key,
    label,
    of: new Map(
      pools.flatMap(({ pool, figures }) =>
        figures.filter((figure) => figure.key === key).map((figure) => [pool, figure] as const),
      ),
    ),
  }));
  return (
    <DataTable
      caption="Agreement of each pool"
      columns={columnsOf(pools, filters)}
      rows={rows}
      rowKey={({ key }) => key}
    />
  );
}

function SideBySide({ query, filters }: { query: PoolsQuery; filters: Filters }) {
  const pools = query.data?.pools ?? [];
  const methods = [...new Set(pools.map(({ interval_method: method }) => method))].join(" ");
  return (
    <Section
      title={SIDES}
      note={`${SIDE_BY_SIDE} Under each its 95% interval; the n leads to the rankings.`}
      actions={
        pools.length > 0 && (
          <CsvButton
            title="Agreement of training and of held-out labelers"
            definition={`${SIDE_BY_SIDE} ${methods}`}
            figures={poolsFile(pools)}
          />
        )
      }
    >
      <LoadedFigures query={query} skeleton={<LoadingShape height={240} />}>
        {({ pools: found }) => <PoolsTable pools={found} filters={filters} />}
      </LoadedFigures>
    </Section>
  );
}

/** Where the figures stand: beside what was published, and one pool beside the other (R42). */
export function BesidePublished({ report, filters }: { report: AgreementReport; filters: Filters }) {
  // With a pool chosen there is nothing to stand beside it.
  const hasSides = filters.pool === "";
  const pools = useQuery({ ...poolsQuery(filters), enabled: hasSides });
  return (
    <>
      <AgainstReferences report={report} pools={hasSides ? (pools.data?.pools ?? []) : []} filters={filters} />
      {hasSides && <SideBySide query={pools} filters={filters} />}
    </>
  );
}
