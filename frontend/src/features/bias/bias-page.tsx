import { useQuery } from "@tanstack/react-query";

import type { BiasReport, LeakReport } from "@/api/research-types";
import { SCOPE } from "@/api/scope";
import type { Scope } from "@/api/scope";
import { EmptyNote } from "@/components/empty-note";
import { countOf, formatCount } from "@/components/formats";
import { HowCounted } from "@/components/how-counted";
import { IntervalChart } from "@/components/interval-chart";
import { failAlike, LoadedFigures } from "@/components/loaded-figures";
import { LoadingShape } from "@/components/loading-shape";
import { NoFigure } from "@/components/no-figure";
import { NotDefined } from "@/components/not-defined";
import { PageHeader } from "@/components/page-header";
import { Section } from "@/components/section";
import { undrawnOf } from "@/components/undrawn";
import { useAddressFilters } from "@/components/use-address-filters";

import { BiasFilters } from "./bias-filters";
import { biasQuery, leakQuery } from "./bias-queries";
import classes from "./bias.module.css";
import {
  behindAddress,
  drawnRows,
  leakVerdict,
  lookedAt,
  placeKey,
  placeName,
  toldAddress,
} from "./shares";
import type { NamedShare } from "./shares";

const HALF = { value: 0.5, label: "No preference" };

function Shares({
  title,
  note,
  definition,
  shares,
  none = "Nothing was counted.",
  counted,
  reference,
}: {
  title: string;
  note: string;
  definition: string;
  shares: NamedShare[];
  /** Why there is no share at all. */
  none?: string;
  counted: string;
  reference: { value: number; label: string };
}) {
  const rows = drawnRows(shares, counted);
  return (
    <Section title={title} note={note} isSheet>
      {rows.length > 0 && (
        <IntervalChart
          title={title}
          definition={definition}
          rows={rows}
          undrawn={undrawnOf(shares)}
          bounds={[0, 1]}
          references={[reference]}
          isShare
        />
      )}
      {shares.length === 0 && <NoFigure reason={none} />}
      <NotDefined title={title} figures={shares} />
    </Section>
  );
}

function readOf({ num_rankings: read, num_sealed: sealed }: BiasReport): string {
  const all = read === sealed ? "" : ` of ${formatCount(sealed)}, the newest`;
  return `${countOf(read, "ranking")}${all}`;
}

function Figures({ report, filters }: { report: BiasReport; filters: Scope }) {
  if (report.num_rankings === 0) {
    return (
      <EmptyNote title="No sealed ranking fits">
        Choose other filters, or wait until rankings can no longer be taken back.
      </EmptyNote>
    );
  }
  const shares = (wanted: (key: string) => boolean) =>
    report.preferences
      .filter(({ key }) => wanted(key))
      .map(({ key, label, figure }) => ({ name: label, figure, to: behindAddress(filters, key) }));
  const definition = `${report.definition} ${report.interval_method}`;
  const isPlace = (key: string) => key === "first_shown" || key === "longer";
  return (
    <>
      <Shares
        title="Place and length"
        note={`How often what was shown earlier, or was longer, was preferred. ${readOf(report)}.`}
        definition={definition}
        shares={shares(isPlace)}
        counted="pair"
        reference={HALF}
      />
      <Shares
        title="Pairs won by place"
        note={report.by_place_definition}
        definition={`${report.by_place_definition} ${report.interval_method}`}
        shares={report.places.map(({ place, figure }) => ({
          name: placeName(place),
          figure,
          to: behindAddress(filters, placeKey(place)),
        }))}
        none="No ranking that fits says in which order its completions were shown."
        counted="pair"
        reference={HALF}
      />
      <Shares
        title="Formatting"
        note="How often the one of two texts that has it was preferred; then among texts of like length, because formatted texts are often longer."
        definition={definition}
        shares={shares((key) => !isPlace(key))}
        counted="pair"
        reference={HALF}
      />
    </>
  );
}

function LeakFigures({ report, filters }: { report: LeakReport; filters: Scope }) {
  const everything = report.sights.find(({ key }) => key === "everything");
  const chance = { value: report.chance, label: "Chance" };
  const definition = `${report.definition} ${report.interval_method}`;
  return (
    <>
      <Shares
        title="Does the source show?"
        note={
          everything
            ? `${leakVerdict(everything.figure, report.chance)} ${lookedAt(report)}`
            : ""
        }
        definition={definition}
        shares={report.sights.map(({ key, label, figure }) => ({
          name: label,
          figure,
          to: toldAddress(filters, { sight: key }),
        }))}
        counted="completion"
        reference={chance}
      />
      <Shares
        title="Told right, by source"
        note="The share of a source's completions that the classifier gives to it, from everything the labeler saw."
        definition={definition}
        shares={report.sources.map(({ id, name, figure }) => ({
          name,
          figure,
          to: toldAddress(filters, { source: String(id) }),
        }))}
        none={everything?.figure.reason_undefined ?? "No completion was looked at."}
        counted="completion"
        reference={chance}
      />
    </>
  );
}

/** As much as is there: either half of the page may still load. */
function termsOf(bias: BiasReport | undefined, leak: LeakReport | undefined): [string, string][] {
  return [
    ...(bias
      ? ([
          ["Place, length and formatting", bias.definition],
          ["Pairs won by place", bias.by_place_definition],
          ["Their intervals", bias.interval_method],
        ] satisfies [string, string][])
      : []),
    ...(leak
      ? ([
          ["Does the source show?", leak.definition],
          ["Its intervals", leak.interval_method],
        ] satisfies [string, string][])
      : []),
  ];
}

/** Whether place, length, formatting or a model's manner go with being preferred. */
export function BiasPage() {
  const [filters, setFilter] = useAddressFilters(SCOPE);
  const bias = useQuery(biasQuery(filters));
  const leak = useQuery(leakQuery(filters));
  const isOneProblem = failAlike(bias, leak);
  const retryBoth = () => Promise.all([bias.refetch(), leak.refetch()]);
  return (
    <>
      <PageHeader title="Bias">
        What goes with being preferred besides what a text says. None of it proves a cause: longer answers
        may be better answers.
      </PageHeader>
      <BiasFilters filters={filters} onFilter={setFilter} />
      <div className={classes.parts}>
        <LoadedFigures
          query={isOneProblem ? { ...bias, refetch: retryBoth } : bias}
          skeleton={<LoadingShape height={320} />}
        >
          {(report) => <Figures report={report} filters={filters} />}
        </LoadedFigures>
        <LoadedFigures query={leak} skeleton={<LoadingShape height={200} />} isSaidAbove={isOneProblem}>
          {(report) => <LeakFigures report={report} filters={filters} />}
        </LoadedFigures>
        <HowCounted terms={termsOf(bias.data, leak.data)} />
      </div>
    </>
  );
}
