import { useQuery } from "@tanstack/react-query";
import { useLocation } from "react-router";

import type { AgreementReport, AnchorDrift } from "@/api/research-types";
import { Banner } from "@/components/banner";
import { ControlChart } from "@/components/control-chart";
import { CsvButton } from "@/components/csv-button";
import { EmptyNote } from "@/components/empty-note";
import { countOf, formatDay } from "@/components/formats";
import { LinkButton } from "@/components/link-button";
import { LoadedFigures } from "@/components/loaded-figures";
import { LoadingShape } from "@/components/loading-shape";
import { PageHeader } from "@/components/page-header";
import { Section } from "@/components/section";
import { useAddressFilters } from "@/components/use-address-filters";

import { AgreementFilters } from "./agreement-filters";
import { agreementQuery, anchorDriftQuery, choosesPairs, FILTERS } from "./agreement-query";
import type { Filters } from "./agreement-query";
import classes from "./agreement.module.css";
import { BesidePublished, PUBLISHED } from "./beside-published";
import { countedAddress } from "./counted";
import { figuresFile, labelersFile } from "./downloads";
import { FigureTile } from "./figure-tile";
import { LabelersTable } from "./labelers-table";
import { RaiseOverlap } from "./raise-overlap";
import { RefreshState } from "./refresh-state";
import { figureAddress, rowsAddress, weekFilters } from "./rows-address";
import { SharesChart } from "./shares-chart";
import { Together } from "./together";
import { pointOf } from "./weeks";

const OWN_DAYS = "Here the days and the version of the instructions are those of each ranking of a calibration task.";
const NO_PAIRS = "The choice of two models or of more labelers for a pair does not act on this chart.";
const SIZE_OF = "those of prompts on which two labelers judged the same.";
const BARS_LEAD = "A bar leads to its prompts.";
const BARS_WITHIN =
  "Under a choice of two models or of more labelers for a pair the agreement is that of the pairs chosen; contested prompts are listed by all their pairs, so a bar leads to none.";
const BY_AGREEMENT =
  "How many prompts have how much agreement, in percent, a tie against a preference counting a half; prompts that several labelers ranked.";
const BY_LABELER = "How often each agrees with the others, ties dropped, over how many comparisons; the busiest first. Ties are of the judgments beside others'.";

function OverTime({ report, filters }: { report: AgreementReport; filters: Filters }) {
  return (
    <Section title="Week by week" note={report.trend_definition}>
      <ControlChart
        title="Pairwise agreement by week"
        definition={report.trend_definition}
        counted="Comparisons"
        empty="No two labelers have ordered the same two completions without a tie."
        points={report.trend.map((week) => ({
          ...pointOf(week),
          to: rowsAddress(weekFilters(filters, week.week)),
        }))}
        marks={report.versions.map(({ version, created_at: moment }) => ({
          moment,
          label: `Instructions ${version}`,
        }))}
      />
    </Section>
  );
}

/** Whether labelers judge the very same comparisons as they did before (R44). */
function Drift({ filters }: { filters: Filters }) {
  const drift = useQuery(anchorDriftQuery(filters));
  return (
    <Section title="The same comparisons, week by week" note={drift.data?.definition}>
      <p className={classes.small}>{choosesPairs(filters) ? `${OWN_DAYS} ${NO_PAIRS}` : OWN_DAYS}</p>
      <LoadedFigures query={drift} skeleton={<LoadingShape height={240} />}>
        {({ definition, weeks }) => <DriftChart definition={definition} weeks={weeks} filters={filters} />}
      </LoadedFigures>
    </Section>
  );
}

function DriftChart({ definition, weeks, filters }: Pick<AnchorDrift, "definition" | "weeks"> & { filters: Filters }) {
  const outside = weeks.filter(({ is_outside: isOutside }) => isOutside);
  return (
    <>
      {outside.length > 0 && (
        <Banner tone="caution">
          Outside the band: {outside.map(({ week }) => formatDay(week)).join(", ")}. Look at what changed then:
          instructions, labelers, or how a prompt is read.
        </Banner>
      )}
      <ControlChart
        title="Preference for an anchor's better side"
        definition={definition}
        counted="Judgments"
        empty="No comparison of a calibration task was judged in two weeks with a side that most preferred."
        points={weeks.map((week) => ({
          ...pointOf(week),
          to: countedAddress(filters, { figure: "anchors", week: week.week }),
        }))}
      />
    </>
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

function NoFigures() {
  return (
    <Section title="Figures">
      <EmptyNote title="No prompt that several labelers ranked fits">
        Agreement needs tasks that several labelers ranked: have more of them do so, or choose other filters. A ranking counts ten minutes after it was sent, when it can no longer be taken back.
      </EmptyNote>
    </Section>
  );
}

function Figures({ report, filters }: { report: AgreementReport; filters: Filters }) {
  const { search } = useLocation();
  if (report.num_rankings === 0) {
    return (
      <>
        <NoFigures />
        <RaiseOverlap project={filters.project} />
      </>
    );
  }
  const hasTooLittle = report.figures.some(({ key, value }) => key === PUBLISHED && value === null);
  const isWithin = choosesPairs(filters);
  const size = `${countOf(report.num_rankings, "ranking")} of ${countOf(report.num_prompts, "prompt")} by ${countOf(report.num_labelers, "labeler")}: ${SIZE_OF}`;
  const method = report.definition.interval_method;
  return (
    <>
      <Section
        title="Figures"
        note={size}
        actions={
          <CsvButton
            title="Figures of agreement"
            definition={`${size}. ${method}`}
            figures={figuresFile(report.figures)}
          />
        }
      >
        <div className={classes.tiles}>
          {report.figures.map((figure) => (
            <FigureTile
              key={figure.key}
              figure={figure}
              method={method}
              published={figure.key === PUBLISHED ? report.reference_lines : []}
              to={figureAddress(filters, figure)}
            />
          ))}
        </div>
      </Section>
      {hasTooLittle && <RaiseOverlap project={filters.project} />}
      <BesidePublished report={report} filters={filters} />
      <OverTime report={report} filters={filters} />
      <Section
        title="Prompts by their agreement"
        note={`In percent, a tie against a preference counting a half; prompts that several labelers ranked. ${isWithin ? BARS_WITHIN : BARS_LEAD}`}
      >
        <SharesChart shares={report.shares} search={isWithin ? null : search} definition={BY_AGREEMENT} />
      </Section>
      <Section
        title="Labelers"
        note={BY_LABELER}
        actions={
          <CsvButton
            title="Agreement by labeler"
            definition={`${BY_LABELER} ${method}`}
            figures={labelersFile(report.labelers)}
          />
        }
      >
        <LabelersTable labelers={report.labelers} filters={filters} />
      </Section>
      <Together together={report.together} method={method} filters={filters} />
    </>
  );
}

/** How much labelers agree, each figure with its interval, its size and its definition (R42). */
export function AgreementPage() {
  const [filters, setFilter] = useAddressFilters(FILTERS);
  const { search } = useLocation();
  const agreement = useQuery(agreementQuery(filters));
  return (
    <>
      <PageHeader
        title="Agreement"
        actions={
          <>
            <LinkButton to={{ pathname: "/agreement/ratings", search }} isQuiet>
              Ratings and flags
            </LinkButton>
            <LinkButton to={{ pathname: "/agreement/contested", search }} isQuiet>
              Contested prompts
            </LinkButton>
          </>
        }
      >
        How often labelers who judged the same pair of completions preferred the same one.
      </PageHeader>
      <AgreementFilters filters={filters} choosing="prompts" onFilter={setFilter} />
      <LoadedFigures query={agreement} skeleton={<LoadingShape height={320} />}>
        {(report) => (
          <>
            <RefreshState />
            <Figures report={report} filters={filters} />
            <Drift filters={filters} />
            <Terms definition={report.definition} />
          </>
        )}
      </LoadedFigures>
    </>
  );
}
