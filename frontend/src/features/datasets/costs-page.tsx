import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { Costs, ProjectCost, Rate } from "@/api/research-types";
import { CsvButton } from "@/components/csv-button";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { FigureOver, Under } from "@/components/figure-over";
import { countOf, formatCount, formatNumber } from "@/components/formats";
import { LoadedFigures } from "@/components/loaded-figures";
import { NoFigure } from "@/components/no-figure";
import { PageHeader } from "@/components/page-header";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";
import { useAddressFilters } from "@/components/use-address-filters";

import { CostFilterBar } from "./cost-filter-bar";
import { COST_FILTERS, costAddress, costsQuery } from "./cost-queries";
import type { CostFilters, Noun } from "./cost-queries";
import { priceOf, rateOf } from "./prices";

const NO_TIME = "no time was measured.";

const inMinutes = (minutes: number) => formatNumber(minutes, 2);

function Minutes({ minutes }: { minutes: number | null }) {
  return minutes === null ? <NoFigure reason={NO_TIME} /> : inMinutes(minutes);
}

/** Null where no answer was timed, as of imported ones; 0 is a time that was measured. */
const rankingMinutes = (one: ProjectCost) => (one.num_timed_rankings === 0 ? null : one.ranking_minutes);

const writingMinutes = (one: ProjectCost) =>
  one.num_timed_demonstrations === 0 ? null : one.demonstration_minutes;

function allMinutes(one: ProjectCost): number | null {
  if (one.num_timed_rankings === 0 && one.num_timed_demonstrations === 0) return null;
  return one.ranking_minutes + one.demonstration_minutes;
}

/** How many, leading to them where there are any. */
function Behind({ to, count, label }: { to: string; count: number; label: string }) {
  if (count === 0) return "0";
  return (
    <Link to={to} aria-label={label}>
      {formatCount(count)}
    </Link>
  );
}

function columnsOf(filters: CostFilters, rate: number | null): Column<ProjectCost>[] {
  const behind = (one: ProjectCost, noun: Noun, count: number) => (
    <Behind
      to={costAddress(noun, filters, one.project.id)}
      count={count}
      label={`${countOf(count, "answer")} of ${one.project.name}: ${noun}`}
    />
  );
  const timed = (one: ProjectCost, noun: Noun, figure: Rate, unit: string) => (
    <FigureOver figure={figure} write={inMinutes}>
      <Link
        to={costAddress(noun, filters, one.project.id, true)}
        aria-label={`n = ${formatCount(figure.n)} timed ${unit}s of ${one.project.name}: ${noun}`}
      >
        n = {formatCount(figure.n)}
      </Link>
    </FigureOver>
  );
  const columns: Column<ProjectCost>[] = [
    {
      key: "project",
      header: "Project",
      isRowHeader: true,
      cell: ({ project: { id, name } }) => <Link to={`/projects/${id}`}>{name}</Link>,
    },
    {
      key: "rankings",
      header: "Rankings",
      align: "end",
      cell: (one) => (
        <>
          {behind(one, "rankings", one.num_rankings)}
          <Under>{`${formatCount(one.num_timed_rankings)}\u00a0timed`}</Under>
        </>
      ),
    },
    { key: "minutes", header: "Active minutes", align: "end", cell: (one) => <Minutes minutes={rankingMinutes(one)} /> },
    { key: "pairs", header: "Pairs", align: "end", cell: (one) => formatCount(one.num_pairs) },
    {
      key: "each",
      header: "Minutes per pair",
      align: "end",
      cell: (one) => timed(one, "rankings", one.minutes_per_pair, "pair"),
    },
    {
      key: "written",
      header: "Demonstrations",
      align: "end",
      cell: (one) => behind(one, "demonstrations", one.num_demonstrations),
    },
    {
      key: "writing",
      header: "Minutes per demonstration",
      align: "end",
      cell: (one) => timed(one, "demonstrations", one.minutes_per_demonstration, "demonstration"),
    },
  ];
  if (rate === null) return columns;
  const inPay = (minutes: number) => priceOf(minutes, rate);
  // Why not stands beside it already, with the minutes.
  const nothing = <Under>not defined</Under>;
  return [
    ...columns,
    {
      key: "price",
      header: "Pay per pair",
      align: "end",
      cell: ({ minutes_per_pair: each }) =>
        each.value === null ? nothing : <FigureOver figure={each} write={inPay} />,
    },
    {
      key: "total",
      header: "Pay altogether",
      align: "end",
      cell: (one) => {
        const minutes = allMinutes(one);
        return minutes === null ? nothing : inPay(minutes);
      },
    },
  ];
}

/** What all projects shown took together; of one alone its row says so. */
function Altogether({ projects, rate }: { projects: ProjectCost[]; rate: number | null }) {
  if (projects.length < 2) return null;
  const measured = projects.map(allMinutes).filter((minutes) => minutes !== null);
  if (measured.length === 0) {
    return (
      <p>
        Active minutes altogether: <NoFigure reason={NO_TIME} />
      </p>
    );
  }
  const minutes = measured.reduce((sum, one) => sum + one);
  const price = rate === null ? "" : `, ${priceOf(minutes, rate)} in pay`;
  return <p>{`Altogether ${inMinutes(minutes)} active minutes${price}.`}</p>;
}

const CSV_COLUMNS = [
  "Project",
  "Rankings",
  "Timed",
  "Minutes",
  "Pairs",
  "Minutes per pair",
  "95% low",
  "95% high",
  "Timed pairs",
  "Prompts",
  "Demonstrations",
  "Timed demonstrations",
  "Minutes of demonstrations",
  "Minutes per demonstration",
  "95% low of demonstrations",
  "95% high of demonstrations",
  "Not defined, or no interval",
];

function csvRow(one: ProjectCost) {
  const { minutes_per_pair: pair, minutes_per_demonstration: written } = one;
  const reasons = [pair, written].map((each) => each.reason_undefined ?? each.reason_no_interval);
  return [
    one.project.name,
    one.num_rankings,
    one.num_timed_rankings,
    rankingMinutes(one),
    one.num_pairs,
    pair.value,
    pair.low,
    pair.high,
    pair.n,
    pair.num_prompts,
    one.num_demonstrations,
    one.num_timed_demonstrations,
    writingMinutes(one),
    written.value,
    written.low,
    written.high,
    [...new Set(reasons)].filter((reason) => reason !== null).join(" "),
  ];
}

function Table({ costs, filters, rate }: { costs: Costs; filters: CostFilters; rate: number | null }) {
  const { definition, projects, interval_method: method } = costs;
  if (projects.length === 0) {
    return <EmptyNote title="No sealed answer fits">Choose other days or another project.</EmptyNote>;
  }
  return (
    <Section
      title="By project"
      note={`${definition} Under each figure its interval: ${method}`}
      actions={
        <CsvButton
          title="Cost by project"
          definition={`${definition} ${method}`}
          figures={{ columns: CSV_COLUMNS, rows: projects.map(csvRow) }}
        />
      }
    >
      <Altogether projects={projects} rate={rate} />
      <DataTable
        caption="Cost by project"
        columns={columnsOf(filters, rate)}
        rows={projects}
        rowKey={({ project }) => project.id}
      />
    </Section>
  );
}

/** What labeling costs: active minutes, and minutes and money per sealed pair. */
export function CostsPage() {
  const [filters, setFilter] = useAddressFilters([...COST_FILTERS, "rate"]);
  const found = useQuery(costsQuery(filters));
  return (
    <>
      <PageHeader title="Cost">Active time of sealed answers, and what a pair of completions takes.</PageHeader>
      <CostFilterBar filters={filters} onFilter={setFilter}>
        <TextInput
          label="Pay per hour"
          inputMode="decimal"
          placeholder="none"
          value={filters.rate}
          error={filters.rate !== "" && rateOf(filters.rate) === null && "A number above 0"}
          onChange={(event) => setFilter("rate", event.currentTarget.value)}
        />
      </CostFilterBar>
      <LoadedFigures query={found} skeleton={<TableSkeleton />}>
        {(costs) => <Table costs={costs} filters={filters} rate={rateOf(filters.rate)} />}
      </LoadedFigures>
    </>
  );
}
