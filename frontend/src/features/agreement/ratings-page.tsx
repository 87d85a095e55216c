import { useQuery } from "@tanstack/react-query";
import { useLocation } from "react-router";

import type { RatingReport } from "@/api/research-types";
import { CsvButton } from "@/components/csv-button";
import { EmptyNote } from "@/components/empty-note";
import { countOf, formatCount } from "@/components/formats";
import { IntervalChart } from "@/components/interval-chart";
import { LinkButton } from "@/components/link-button";
import { LoadedFigures } from "@/components/loaded-figures";
import { LoadingShape } from "@/components/loading-shape";
import { PageHeader } from "@/components/page-header";
import { Section } from "@/components/section";
import { useAddressFilters } from "@/components/use-address-filters";

import { AgreementFilters } from "./agreement-filters";
import { FILTERS, ratingsQuery } from "./agreement-query";
import type { Filters } from "./agreement-query";
import classes from "./agreement.module.css";
import { BesideResearchers } from "./beside-researchers";
import { BESIDE_RATINGS, countedAddress } from "./counted";
import { flagsFile } from "./downloads";
import { intervalOf, noteOf, sizeOf, withReason } from "./figures";
import { FlagsApart } from "./flags-apart";
import { FlagsTable } from "./flags-table";
import { LoneFigure } from "./lone-figure";
import { rowsAddress } from "./rows-address";

/** How often each flag was set, drawn from zero; each leads to the rankings that say so. */
function Prevalences({ report, filters }: { report: RatingReport; filters: Filters }) {
  const rows = report.flags.flatMap(({ key, label, prevalence }) => {
    const interval = intervalOf(prevalence);
    if (!interval) return [];
    return [{ label, note: noteOf(prevalence, "answers"), size: sizeOf(prevalence), to: rowsAddress(filters, { flag: key }), interval }];
  });
  if (rows.length === 0) return <EmptyNote title="No flag was asked about yet" />;
  return (
    <IntervalChart
      title="Flags"
      definition={`${report.definitions.prevalence} ${report.definitions.interval_method}`}
      rows={rows}
      undrawn={report.flags.flatMap(({ label, prevalence }) =>
        prevalence.value === null ? [{ label, ...sizeOf(prevalence) }] : [],
      )}
      bounds={[0, 1]}
      isBars
    />
  );
}

function Leniency({ report, filters }: { report: RatingReport; filters: Filters }) {
  const rows = report.leniency.flatMap((one) => {
    const interval = intervalOf(one);
    if (!interval) return [];
    const chance = one.p_value === null ? "" : `, p ${one.p_value < 0.001 ? "< 0.001" : one.p_value.toFixed(3)}`;
    return [
      {
        label: one.labeler.display_name,
        note: withReason(`${countOf(one.num_counted, "ranking")}${chance}`, one.reason_no_interval),
        size: { n: one.num_counted, prompts: null, reason: one.reason_no_interval },
        to: countedAddress(filters, { figure: BESIDE_RATINGS, labeler: String(one.labeler.id) }),
        interval,
      },
    ];
  });
  const missing = report.leniency.filter(({ value }) => value === null);
  return (
    <>
      {rows.length > 0 && (
        <IntervalChart
          title="Leniency"
          definition={`${report.definitions.leniency} ${report.definitions.leniency_interval_method}`}
          rows={rows}
          undrawn={missing.map(({ labeler, num_counted: n, reason_undefined: reason }) => ({
            label: labeler.display_name,
            n,
            prompts: null,
            reason,
          }))}
          references={[{ value: 0, label: "As the others" }]}
        />
      )}
      {missing.map(({ labeler, reason_undefined: reason }) => (
        <p key={labeler.id} className={classes.small}>
          {labeler.display_name}: not defined: {reason}
        </p>
      ))}
      {report.leniency.length === 0 && <EmptyNote title="Nobody has rated a completion that others rated too" />}
    </>
  );
}

function Figures({
  report,
  filters,
  labeler,
  onLabeler,
}: {
  report: RatingReport;
  filters: Filters;
  labeler: string;
  onLabeler: (labeler: string) => void;
}) {
  const newest = report.num_rankings === report.num_sealed ? "" : `, the newest of ${formatCount(report.num_sealed)}`;
  const aboutFlags = `${report.definitions.ac1} ${report.definitions.flag_alpha}`;
  return (
    <>
      <Section
        title="Ratings of overall quality"
        note={`${report.definitions.rating_alpha} Read: ${countOf(report.num_rankings, "ranking")}${newest}.`}
        isSheet
      >
        <LoneFigure kind="rating_alpha" figure={report.rating_alpha} counted="ratings" to={countedAddress(filters, { figure: "ratings" })} />
      </Section>
      <Section title="Leniency" note={report.definitions.leniency} isSheet>
        <Leniency report={report} filters={filters} />
      </Section>
      <Section title="Flags" note={`${report.definitions.prevalence} A name leads to the rankings that said yes.`} isSheet>
        <Prevalences report={report} filters={filters} />
      </Section>
      <Section
        title="Agreement about flags"
        note={aboutFlags}
        actions={
          <CsvButton
            title="Agreement about flags"
            definition={`${report.definitions.prevalence} ${aboutFlags} ${report.definitions.interval_method}`}
            figures={flagsFile(report.flags)}
          />
        }
      >
        <FlagsTable flags={report.flags} filters={filters} />
      </Section>
      <FlagsApart filters={filters} />
      <BesideResearchers report={report} filters={filters} labeler={labeler} onLabeler={onLabeler} />
      <Section title="How this is counted" isSheet>
        <div className={classes.terms}>
          <p>
            <b>Intervals.</b> {report.definitions.interval_method} Of leniency: {report.definitions.leniency_interval_method}
          </p>
          <p>
            Only sealed rankings count: those that can no longer be taken back. Fewer than{" "}
            {countOf(report.minimum_comparisons, "comparison")} of two labelers make no figure of agreement.
          </p>
        </div>
      </Section>
    </>
  );
}

/** How much labelers agree about single completions: ratings, flags, and what researchers said. */
export function RatingsPage() {
  const [filters, setFilter] = useAddressFilters([...FILTERS, "labeler"]);
  const { search } = useLocation();
  const ratings = useQuery(ratingsQuery(filters));
  return (
    <>
      <PageHeader
        title="Ratings and flags"
        actions={
          <LinkButton to={{ pathname: "/agreement", search }} isQuiet>
            Agreement
          </LinkButton>
        }
      >
        How much labelers agree about each completion by itself, and with what researchers ranked or settled.
      </PageHeader>
      <AgreementFilters filters={filters} within={[]} choosing="rankings" onFilter={setFilter} />
      <LoadedFigures query={ratings} skeleton={<LoadingShape height={320} />}>
        {(report) =>
          report.num_rankings === 0 ? (
            <EmptyNote title="No sealed ranking fits">
              Choose other filters, or wait until rankings can no longer be taken back.
            </EmptyNote>
          ) : (
            <Figures
              report={report}
              filters={filters}
              labeler={filters.labeler}
              onLabeler={(labeler) => setFilter("labeler", labeler)}
            />
          )
        }
      </LoadedFigures>
    </>
  );
}
