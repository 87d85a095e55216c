import { useQuery } from "@tanstack/react-query";

import type { LabelerQualityReport } from "@/api/research-types";
import { CsvButton } from "@/components/csv-button";
import { EmptyNote } from "@/components/empty-note";
import { countOf, formatCount } from "@/components/formats";
import { LoadedFigures } from "@/components/loaded-figures";
import { LoadingShape } from "@/components/loading-shape";
import { PageHeader } from "@/components/page-header";
import { Section } from "@/components/section";
import { useAddressFilters } from "@/components/use-address-filters";

import { factsDefinition, factsFile } from "./downloads";
import { LabelerDetails } from "./labeler-details";
import { LabelersFilters } from "./labelers-filters";
import { LabelersTable } from "./labelers-table";
import classes from "./labelers.module.css";
import { FILTERS, qualityQuery } from "./quality-query";
import type { Filters } from "./quality-query";

function Labelers({
  report,
  filters,
  opened,
  onOpen,
}: {
  report: LabelerQualityReport;
  filters: Filters;
  opened: number | null;
  onOpen: (labelerId: number | null) => void;
}) {
  if (report.labelers.length === 0) {
    return (
      <EmptyNote title="Nobody has answered here yet">
        Facts about a labeler appear with their first answers, or choose other filters.
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
            : `${countOf(report.num_labelers, "labeler")}, the busiest first. Open a name for intervals, definitions and why a fact is not defined.`
        }
        actions={
          <CsvButton title="How labelers work" definition={factsDefinition(report)} figures={factsFile(report)} />
        }
      >
        <LabelersTable
          report={report}
          filters={filters}
          opened={work?.labeler.id ?? null}
          onOpen={(id) => onOpen(id === opened ? null : id)}
        />
      </Section>
      {work && <LabelerDetails work={work} report={report} filters={filters} onClose={() => onOpen(null)} />}
      <Section title="How this is counted" isSheet>
        <div className={classes.terms}>
          <p>
            These are facts to talk about, not a score: nothing here ranks people, and nothing acts
            on it by itself.
          </p>
          <p>
            <b>What counts.</b> Sealed answers only: those that can no longer be taken back. Fewer
            than {formatCount(report.minimum_counted)} make no fact.
            {report.num_rankings === report.most_rankings &&
              ` Of the rankings the newest ${formatCount(report.most_rankings)} are read.`}
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
  const [{ labeler: opened, ...filters }, setFilter] = useAddressFilters([...FILTERS, "labeler"]);
  const quality = useQuery(qualityQuery(filters));
  return (
    <>
      <PageHeader title="Labelers">
        How each labeler works: times, skips, ties, what position and length have to do with it, and how far
        they agree with others and with researchers.
      </PageHeader>
      <LabelersFilters
        filters={filters}
        versions={quality.data?.versions ?? []}
        // A version belongs to its project.
        onFilter={(name, value) => setFilter(name, value, name === "project" ? ["instructions"] : [])}
      />
      <LoadedFigures query={quality} skeleton={<LoadingShape height={320} />}>
        {(report) => (
          <Labelers
            report={report}
            filters={filters}
            opened={opened === "" ? null : Number(opened)}
            onOpen={(id) => setFilter("labeler", id === null ? "" : String(id))}
          />
        )}
      </LoadedFigures>
    </>
  );
}
