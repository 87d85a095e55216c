import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { projectsQuery } from "@/api/projects";
import type { LabelerQualityReport } from "@/api/research-types";
import { SIMULATED_CHOICES } from "@/api/words";
import { EmptyNote } from "@/components/empty-note";
import { FilterSelect } from "@/components/filter-select";
import { countOf, formatCount } from "@/components/formats";
import { LoadedFigures } from "@/components/loaded-figures";
import { PageHeader } from "@/components/page-header";
import { Section } from "@/components/section";
import { Toolbar } from "@/components/toolbar";
import { useAddressFilters } from "@/components/use-address-filters";

import { LabelerDetails } from "./labeler-details";
import { LabelersTable } from "./labelers-table";
import classes from "./labelers.module.css";
import { qualityQuery } from "./quality-query";

const FILTERS = ["project", "simulated", "labeler"] as const;
type Filter = (typeof FILTERS)[number];

function Filters({
  filters,
  onFilter,
}: {
  filters: Record<Filter, string>;
  onFilter: (name: Filter, value: string) => void;
}) {
  const projects = useQuery(projectsQuery);
  const choices = (projects.data ?? []).map(({ id, name }) => ({ value: String(id), label: name }));
  return (
    <Toolbar label="Filter the labelers">
      <FilterSelect
        label="Project"
        all="All but screenings"
        choices={choices}
        value={filters.project}
        onChange={(value) => onFilter("project", value)}
      />
      <FilterSelect
        label="Simulated labelers"
        all="Left out"
        choices={SIMULATED_CHOICES}
        value={filters.simulated}
        onChange={(value) => onFilter("simulated", value)}
      />
    </Toolbar>
  );
}

function Labelers({
  report,
  project,
  opened,
  onOpen,
}: {
  report: LabelerQualityReport;
  project: string;
  opened: number | null;
  onOpen: (labelerId: number | null) => void;
}) {
  if (report.labelers.length === 0) {
    return (
      <EmptyNote title="Nobody has answered here yet">
        Facts about a labeler appear with their first answers, or choose another project.
      </EmptyNote>
    );
  }
  const work = report.labelers.find(({ labeler }) => labeler.id === opened);
  const isCut = report.num_labelers > report.labelers.length;
  return (
    <>
      <Section
        title="Labelers"
        note={
          isCut
            ? `The busiest ${formatCount(report.labelers.length)} of ${formatCount(report.num_labelers)}; all together are counted in the first row.`
            : `${countOf(report.num_labelers, "labeler")}, the busiest first. Open a name for intervals and definitions.`
        }
      >
        <LabelersTable
          report={report}
          project={project}
          opened={work?.labeler.id ?? null}
          onOpen={(id) => onOpen(id === opened ? null : id)}
        />
      </Section>
      {work && <LabelerDetails work={work} report={report} onClose={() => onOpen(null)} />}
      <Section title="How this is counted" isSheet>
        <div className={classes.terms}>
          <p>
            These are facts to talk about, not a score: nothing here ranks people, and nothing acts
            on it by itself.
          </p>
          <p>
            <b>What counts.</b> Sealed answers only: those that can no longer be taken back. Fewer
            than {formatCount(report.minimum_counted)} make no fact.
          </p>
          <p>
            <b>Marks.</b> {report.mark_definition}
          </p>
          <p>
            <b>Intervals.</b> {report.interval_method}
          </p>
        </div>
      </Section>
    </>
  );
}

/** How labelers work, each fact with its size: for a researcher to read and to ask about (R19). */
export function LabelersPage() {
  const [filters, setFilter] = useAddressFilters(FILTERS);
  const quality = useQuery(qualityQuery(filters));
  return (
    <>
      <PageHeader title="Labelers">
        How each labeler works: times, skips, ties, what position and length have to do with it, and how far
        they agree with others and with researchers.
      </PageHeader>
      <Filters filters={filters} onFilter={setFilter} />
      <LoadedFigures query={quality} skeleton={<Skeleton height={320} />}>
        {(report) => (
          <Labelers
            report={report}
            project={filters.project}
            opened={filters.labeler === "" ? null : Number(filters.labeler)}
            onOpen={(id) => setFilter("labeler", id === null ? "" : String(id))}
          />
        )}
      </LoadedFigures>
    </>
  );
}
