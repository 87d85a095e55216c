import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { projectsQuery } from "@/api/projects";
import type { AgreementReport } from "@/api/research-types";
import { POOL_WORDS } from "@/api/words";
import { EmptyNote } from "@/components/empty-note";
import { FilterSelect } from "@/components/filter-select";
import { countOf } from "@/components/formats";
import { IntervalChart } from "@/components/interval-chart";
import { Loaded } from "@/components/loaded";
import { PageHeader } from "@/components/page-header";
import { Section } from "@/components/section";
import { Toolbar } from "@/components/toolbar";
import { useAddressFilters } from "@/components/use-address-filters";

import { agreementQuery } from "./agreement-query";
import classes from "./agreement.module.css";
import { FigureTile } from "./figure-tile";
import { intervalOf, sizeText } from "./figures";
import { KappasTable, LabelersTable } from "./labelers-table";

const FILTERS = ["project", "pool", "simulated", "overlap"] as const;
const OVERLAPS = ["3", "4", "5", "8"].map((value) => ({ value, label: `At least ${value} labelers` }));
const POOLS = Object.entries(POOL_WORDS).map(([value, label]) => ({ value, label: `${label} labelers` }));

/** The first figure against the published ones, on one scale. */
function AgainstReferences({ report }: { report: AgreementReport }) {
  const strict = report.figures.find(({ key }) => key === "strict");
  const interval = strict ? intervalOf(strict) : null;
  if (!strict || !interval) return null;
  return (
    <Section
      title="Beside published figures"
      note={report.reference_lines[0]?.source}
      isSheet
    >
      <IntervalChart
        title="Pairwise agreement beside published figures"
        rows={[
          { label: "Here", note: sizeText(strict, strict.counted), interval },
          ...report.reference_lines.map(({ label, value }) => ({
            label,
            interval: { value, low: null, high: null },
            isQuiet: true,
          })),
        ]}
        references={[{ value: strict.chance ?? 0.5, label: "Chance" }]}
      />
    </Section>
  );
}

function Terms({ definition }: { definition: AgreementReport["definition"] }) {
  return (
    <Section title="How this is counted" isSheet>
      <div className={classes.terms}>
        <p>
          <b>{definition.name}.</b> {definition.text}
        </p>
        <p>
          <b>Ties.</b> {definition.tie_rule}
        </p>
        <p>
          <b>Intervals.</b> {definition.interval_method}
        </p>
        <p>
          Only sealed rankings count: those that can no longer be taken back. Fewer than{" "}
          {countOf(definition.minimum_comparisons, "comparison")} make no figure.
        </p>
      </div>
    </Section>
  );
}

function Figures({ report }: { report: AgreementReport }) {
  if (report.num_rankings === 0) {
    return (
      <EmptyNote title="No sealed ranking fits">
        Agreement needs tasks that several labelers ranked. Raise a project's overlap to two or
        more, or choose other filters.
      </EmptyNote>
    );
  }
  return (
    <>
      <Section
        title="Figures"
        note={`${countOf(report.num_rankings, "ranking")} of ${countOf(report.num_prompts, "prompt")} by ${countOf(report.num_labelers, "labeler")}`}
      >
        <div className={classes.tiles}>
          {report.figures.map((figure) => (
            <FigureTile key={figure.key} figure={figure} />
          ))}
        </div>
      </Section>
      <AgainstReferences report={report} />
      <Section
        title="Labelers"
        note="How often each agrees with the others, ties dropped; the busiest first."
      >
        <LabelersTable labelers={report.labelers} />
      </Section>
      {report.cohen_kappas.length > 0 && (
        <Section title="Cohen's kappa" note="Of every two of the busiest labelers, a tie being an answer.">
          <KappasTable kappas={report.cohen_kappas} />
        </Section>
      )}
    </>
  );
}

function Filters({
  filters,
  onFilter,
}: {
  filters: Record<(typeof FILTERS)[number], string>;
  onFilter: (name: (typeof FILTERS)[number], value: string) => void;
}) {
  const projects = useQuery(projectsQuery);
  const choices = (projects.data ?? [])
    .filter(({ kind }) => kind === "ranking")
    .map(({ id, name }) => ({ value: String(id), label: name }));
  return (
    <Toolbar label="Filter the agreement">
      <FilterSelect
        label="Project"
        all="All projects"
        choices={choices}
        value={filters.project}
        onChange={(value) => onFilter("project", value)}
      />
      <FilterSelect
        label="Pool"
        all="Both pools"
        choices={POOLS}
        value={filters.pool}
        onChange={(value) => onFilter("pool", value)}
      />
      <FilterSelect
        label="Simulated labelers"
        all="Left out"
        choices={[{ value: "yes", label: "Counted among the people" }]}
        value={filters.simulated}
        onChange={(value) => onFilter("simulated", value)}
      />
      <FilterSelect
        label="Pairs judged by"
        all="At least 2 labelers"
        choices={OVERLAPS}
        value={filters.overlap}
        onChange={(value) => onFilter("overlap", value)}
      />
    </Toolbar>
  );
}

/** How much labelers agree, each figure with its interval, its size and its definition (R42). */
export function AgreementPage() {
  const [filters, setFilter] = useAddressFilters(FILTERS);
  const agreement = useQuery(agreementQuery(filters));
  return (
    <>
      <PageHeader title="Agreement">
        How often labelers who judged the same pair of completions preferred the same one.
      </PageHeader>
      <Filters filters={filters} onFilter={setFilter} />
      <Loaded query={agreement} skeleton={<Skeleton height={320} />}>
        {(report) => (
          <div
            className={agreement.isPlaceholderData ? classes.stale : undefined}
            aria-busy={agreement.isPlaceholderData}
          >
            <Figures report={report} />
            <Terms definition={report.definition} />
          </div>
        )}
      </Loaded>
    </>
  );
}
