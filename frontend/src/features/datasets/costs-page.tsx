import { TextInput } from "@mantine/core";
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { api, bodyOf } from "@/api/client";
import { projectsQuery } from "@/api/projects";
import type { Costs, ProjectCost } from "@/api/research-types";
import { SIMULATED_CHOICES } from "@/api/words";
import { CsvButton } from "@/components/csv-button";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { FilterSelect } from "@/components/filter-select";
import { formatCount } from "@/components/formats";
import { Loaded } from "@/components/loaded";
import { NoFigure } from "@/components/no-figure";
import { PageHeader } from "@/components/page-header";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";
import { Toolbar } from "@/components/toolbar";
import { useAddressFilters } from "@/components/use-address-filters";

import { priceOf, rateOf } from "./prices";

const FILTERS = ["project", "since", "until", "simulated", "rate"] as const;
type Filters = Record<(typeof FILTERS)[number], string>;

function costsQuery({ project, since, until, simulated }: Filters) {
  return queryOptions({
    queryKey: ["costs", { project, since, until, simulated }],
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET("/api/costs/", {
          params: {
            query: {
              ...(project !== "" && { project: Number(project) }),
              ...(since !== "" && { since }),
              ...(until !== "" && { until }),
              ...(simulated === "yes" && { include_simulated: true }),
            },
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    // A refused filter says what to change.
    retry: false,
  });
}

const NO_TIME = "no time was measured.";
const NO_TIMED_PAIR = "no pair was timed.";

function Minutes({ minutes, reason }: { minutes: number | null; reason: string }) {
  return minutes === null ? <NoFigure reason={reason} /> : minutes.toFixed(2);
}

function Price({ minutes, rate, reason }: { minutes: number | null; rate: number; reason: string }) {
  return minutes === null ? <NoFigure reason={reason} /> : priceOf(minutes, rate);
}

/** Null where no answer was timed, as of imported ones; 0 is a time that was measured. */
const rankingMinutes = (one: ProjectCost) => (one.num_timed_rankings === 0 ? null : one.ranking_minutes);

function allMinutes(one: ProjectCost): number | null {
  if (one.num_timed_rankings === 0 && one.minutes_per_demonstration === null) return null;
  return one.ranking_minutes + one.demonstration_minutes;
}

function columnsOf(rate: number | null): Column<ProjectCost>[] {
  const columns: Column<ProjectCost>[] = [
    {
      key: "project",
      header: "Project",
      isRowHeader: true,
      cell: ({ project: { id, name } }) => <Link to={`/projects/${id}`}>{name}</Link>,
    },
    { key: "rankings", header: "Sealed rankings", align: "end", cell: (one) => formatCount(one.num_rankings) },
    { key: "timed", header: "Timed", align: "end", cell: (one) => formatCount(one.num_timed_rankings) },
    { key: "minutes", header: "Active minutes", align: "end", cell: (one) => <Minutes minutes={rankingMinutes(one)} reason={NO_TIME} /> },
    { key: "pairs", header: "Pairs", align: "end", cell: (one) => formatCount(one.num_pairs) },
    { key: "each", header: "Minutes per pair", align: "end", cell: (one) => <Minutes minutes={one.minutes_per_pair} reason={NO_TIMED_PAIR} /> },
    { key: "written", header: "Demonstrations", align: "end", cell: (one) => formatCount(one.num_demonstrations) },
    {
      key: "writing",
      header: "Minutes per demonstration",
      align: "end",
      cell: (one) => <Minutes minutes={one.minutes_per_demonstration} reason="no demonstration was timed." />,
    },
  ];
  if (rate === null) return columns;
  return [
    ...columns,
    { key: "price", header: "Per pair", align: "end", cell: (one) => <Price minutes={one.minutes_per_pair} rate={rate} reason={NO_TIMED_PAIR} /> },
    {
      key: "total",
      header: "Altogether",
      align: "end",
      cell: (one) => <Price minutes={allMinutes(one)} rate={rate} reason={NO_TIME} />,
    },
  ];
}

/** What all projects shown took together; of one alone its row says so. */
function Altogether({ projects, rate }: { projects: ProjectCost[]; rate: number | null }) {
  if (projects.length < 2) return null;
  const minutes = projects.reduce((sum, one) => sum + one.ranking_minutes + one.demonstration_minutes, 0);
  const price = rate === null ? "" : `, ${priceOf(minutes, rate)} in pay`;
  return <p>{`Altogether ${minutes.toFixed(2)} active minutes${price}.`}</p>;
}

function Table({ costs: { definition, projects }, rate }: { costs: Costs; rate: number | null }) {
  if (projects.length === 0) {
    return <EmptyNote title="No sealed answer fits">Choose other days or another project.</EmptyNote>;
  }
  return (
    <Section
      title="By project"
      note={definition}
      actions={
        <CsvButton
          title="Cost by project"
          definition={definition}
          figures={{
            columns: ["Project", "Rankings", "Timed", "Minutes", "Pairs", "Minutes per pair", "Demonstrations", "Minutes of demonstrations"],
            rows: projects.map((one) => [
              one.project.name,
              one.num_rankings,
              one.num_timed_rankings,
              one.ranking_minutes,
              one.num_pairs,
              one.minutes_per_pair,
              one.num_demonstrations,
              one.demonstration_minutes,
            ]),
          }}
        />
      }
    >
      <Altogether projects={projects} rate={rate} />
      <DataTable caption="Cost by project" columns={columnsOf(rate)} rows={projects} rowKey={({ project }) => project.id} />
    </Section>
  );
}

/** What labeling costs: active minutes, and minutes and money per sealed pair. */
export function CostsPage() {
  const [filters, setFilter] = useAddressFilters(FILTERS);
  const projects = useQuery(projectsQuery);
  const found = useQuery(costsQuery(filters));
  return (
    <>
      <PageHeader title="Cost">Active time of sealed answers, and what a pair of completions takes.</PageHeader>
      <Toolbar label="Whose and which answers">
        <FilterSelect
          label="Project"
          all="All projects"
          choices={(projects.data ?? []).map(({ id, name }) => ({ value: String(id), label: name }))}
          value={filters.project}
          onChange={(value) => setFilter("project", value)}
        />
        {(["since", "until"] as const).map((name) => (
          <TextInput
            key={name}
            type="date"
            label={name === "since" ? "From" : "To"}
            value={filters[name]}
            onChange={(event) => setFilter(name, event.currentTarget.value)}
          />
        ))}
        <FilterSelect
          label="Simulated labelers"
          all="Left out"
          choices={SIMULATED_CHOICES}
          value={filters.simulated}
          onChange={(value) => setFilter("simulated", value)}
        />
        <TextInput
          label="Pay per hour"
          inputMode="decimal"
          placeholder="none"
          value={filters.rate}
          error={filters.rate !== "" && rateOf(filters.rate) === null && "A number above 0"}
          onChange={(event) => setFilter("rate", event.currentTarget.value)}
        />
      </Toolbar>
      <Loaded query={found} skeleton={<TableSkeleton />}>
        {(costs) => <Table costs={costs} rate={rateOf(filters.rate)} />}
      </Loaded>
    </>
  );
}
