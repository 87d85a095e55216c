import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { catalogueQuery } from "@/api/labeling";
import { pooledParts } from "@/api/pooled";
import type { Leaderboard, Standing } from "@/api/research-types";
import { ASKED_WORDS, DISTRIBUTION_WORDS, POOL_WORDS } from "@/api/words";
import { CsvButton } from "@/components/csv-button";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { FilterSelect } from "@/components/filter-select";
import { IntervalChart } from "@/components/interval-chart";
import { NoFigure } from "@/components/no-figure";
import { NoInterval, NotDefined } from "@/components/not-defined";
import { Section } from "@/components/section";
import { StackedBars } from "@/components/stacked-bars";
import { undrawnOf } from "@/components/undrawn";

import {
  behindAddress,
  cellParts,
  couplesOf,
  headToHeadFile,
  modelAddress,
  noStrengths,
  rateBetween,
  rowsOf,
  strengthRows,
  withoutStrength,
} from "./standings";
import type { NamedRate } from "./standings";
import type { ScopeFilters } from "./win-rate-queries";
import classes from "./win-rates.module.css";

const HEAD_TO_HEAD = "How often the row's model is ranked above the column's, with its 95% interval and n.";
const NO_OTHER = "No other model was judged.";
const HALF = { value: 0.5, label: "As good" };

export function Strengths({ found, filters }: { found: Leaderboard; filters: ScopeFilters }) {
  const reasons = noStrengths(found);
  const rows = strengthRows(found, filters);
  return (
    <Section title="Strength" note={`${found.strength_definition} ${found.cluster_definition}`} isSheet>
      {rows.length > 0 && (
        <IntervalChart
          title="Strength"
          definition={`${found.strength_definition} ${found.cluster_definition} ${found.interval_method}`}
          rows={rows}
          undrawn={withoutStrength(found)}
          bounds={[-20, 20]}
          references={[{ value: 0, label: "Mean" }]}
        />
      )}
      {reasons.map((reason) => (
        <p key={reason} className={classes.reason}>
          Not defined. {reason}
        </p>
      ))}
    </Section>
  );
}

function Rates({
  title,
  definition,
  rates,
  isPanel = false,
}: {
  title: string;
  definition: string;
  rates: NamedRate[];
  /** Whether others stand beside it. */
  isPanel?: boolean;
}) {
  const rows = rowsOf(rates, "task");
  return (
    <>
      {rows.length > 0 && (
        <IntervalChart
          title={title}
          definition={definition}
          rows={rows}
          undrawn={undrawnOf(rates)}
          bounds={[0, 1]}
          isWholeScale={isPanel}
          references={[HALF]}
          isShare
        />
      )}
      <NotDefined title={title} figures={rates} />
    </>
  );
}

export function WinRates({ found, filters }: { found: Leaderboard; filters: ScopeFilters }) {
  const { baseline } = found;
  // There is one wherever a model was judged.
  if (!baseline) return null;
  const title = `Win rate against ${baseline.name}`;
  const rates = found.models.flatMap(({ source, win_rate: figure }) =>
    figure ? [{ name: source.name, figure, to: behindAddress(filters, source.id, baseline.id) }] : [],
  );
  return (
    <Section title={title} note={found.win_rate_definition} isSheet>
      {rates.length === 0 && <NoFigure reason={NO_OTHER} />}
      <Rates title={title} definition={`${found.win_rate_definition} ${found.interval_method}`} rates={rates} />
    </Section>
  );
}

/** The four panels of the paper: which prompts, judged by whom (R35). */
export function Panels({ found, filters }: { found: Leaderboard; filters: ScopeFilters }) {
  const { baseline } = found;
  if (!baseline) return null;
  // Every model has the same ones, but for the baseline, which is what they are against.
  const shown = found.models.find(({ is_baseline: isBaseline }) => !isBaseline)?.panels ?? [];
  return (
    <Section
      title="By prompts and labelers"
      note={`Win rate against ${baseline.name} in each panel of prompt distribution and labeler pool.`}
    >
      {shown.length === 0 && <NoFigure reason={NO_OTHER} />}
      <div className={classes.panels}>
        {shown.map(({ distribution, pool }) => {
          const title = `${DISTRIBUTION_WORDS[distribution]} prompts, ${POOL_WORDS[pool].toLowerCase()} labelers`;
          const rates = found.models.flatMap(({ source, panels: own }) => {
            const panel = own.find((one) => one.distribution === distribution && one.pool === pool);
            const to = behindAddress({ ...filters, distribution, pool }, source.id, baseline.id);
            return panel ? [{ name: source.name, figure: panel.win_rate, to }] : [];
          });
          return (
            <div key={title} className={classes.panel}>
              <h3>{title}</h3>
              <Rates
                title={title}
                definition={`${found.win_rate_definition} Against ${baseline.name}. ${found.interval_method}`}
                rates={rates}
                isPanel
              />
            </div>
          );
        })}
      </div>
    </Section>
  );
}

function columnsOf(found: Leaderboard, filters: ScopeFilters): Column<Standing>[] {
  return [
    { key: "model", header: "Model", isRowHeader: true, cell: ({ source }) => source.name },
    ...found.models.map((other) => ({
      key: String(other.source.id),
      header: `over ${other.source.name}`,
      align: "end" as const,
      isOneLine: true,
      cell: ({ source }: Standing) => {
        if (source.id === other.source.id) return null;
        const between = rateBetween(found, source.id, other.source.id);
        if (!between) return "never met";
        const [share, size] = cellParts(between.win_rate);
        return (
          <Link to={behindAddress(filters, source.id, other.source.id)} className={classes.versus}>
            <b>{share}</b> {size && <span>{size}</span>}
          </Link>
        );
      },
    })),
  ];
}

export function HeadToHeads({ found, filters }: { found: Leaderboard; filters: ScopeFilters }) {
  const couples = couplesOf(found);
  return (
    <Section
      title="Head to head"
      note={`${HEAD_TO_HEAD} Each leads to the rankings behind it.`}
      actions={
        <CsvButton
          title="Head to head"
          definition={`${HEAD_TO_HEAD} ${found.win_rate_definition} ${found.interval_method}`}
          figures={headToHeadFile(found)}
        />
      }
    >
      <DataTable
        caption="Head to head"
        columns={columnsOf(found, filters)}
        rows={found.models}
        rowKey={({ source }) => source.id}
      />
      <NotDefined title="Head to head" figures={couples} />
      <NoInterval title="Head to head" figures={couples} />
    </Section>
  );
}

export function Ratings({ found, filters }: { found: Leaderboard; filters: ScopeFilters }) {
  const catalogue = useQuery(catalogueQuery);
  const anchors = catalogue.data?.likert.anchors ?? {};
  const steps = [1, 2, 3, 4, 5, 6, 7].map((rating) => {
    const anchor = anchors[String(rating)];
    return anchor ? `${rating} ${anchor}` : String(rating);
  });
  const means: NamedRate[] = found.models.map(({ source, likert, is_baseline: isQuiet }) => ({
    name: source.name,
    figure: likert.figure,
    parts: pooledParts(likert, (model) => modelAddress(filters, model)),
    to: modelAddress(filters, source.id),
    isQuiet,
  }));
  const rows = rowsOf(means, "judgment");
  return (
    <>
      <Section title="How ratings spread" note="Overall quality, the share of judgments that said each number; each part leads to them." isSheet>
        <StackedBars
          title="How ratings spread"
          definition="Judgments of overall quality from 1 (worst) to 7 (best), sealed rankings only."
          steps={steps}
          rows={found.models.map(({ source, ratings, is_baseline: isQuiet }) => ({
            label: source.name,
            counts: ratings,
            isQuiet,
            to: modelAddress(filters, source.id),
            toPart: (place: number) => modelAddress(filters, source.id, { rating: place + 1 }),
          }))}
        />
      </Section>
      <Section title="Mean rating" note={`From 1 (worst) to 7 (best). ${found.pooling_definition}`} isSheet>
        {rows.length > 0 && (
          <IntervalChart
            title="Mean rating"
            definition={`Mean of the ratings from 1 to 7. ${found.pooling_definition} ${found.interval_method}`}
            rows={rows}
            undrawn={undrawnOf(means)}
            bounds={[1, 7]}
          />
        )}
        <NotDefined title="Mean rating" figures={means} />
      </Section>
    </>
  );
}

export function Prevalences({
  found,
  filters,
  flag,
  onFlag,
}: {
  found: Leaderboard;
  filters: ScopeFilters;
  flag: string;
  onFlag: (flag: string) => void;
}) {
  const flags = found.models[0]?.flags ?? [];
  const shown = flags.find(({ key }) => key === flag) ?? flags[0];
  if (!shown) return null;
  const rates: NamedRate[] = found.models.flatMap(({ source, flags: own, is_baseline: isQuiet }) => {
    const said = own.find(({ key }) => key === shown.key);
    const behind = (model: number) => modelAddress(filters, model, { flag: shown.key });
    const to = behind(source.id);
    return said ? [{ name: source.name, figure: said.figure, parts: pooledParts(said, behind), to, isQuiet }] : [];
  });
  const rows = rowsOf(rates, "judgment");
  return (
    <Section
      title="What was said of them"
      note={`The share of judgments that said yes. ${ASKED_WORDS} ${found.pooling_definition}`}
      actions={
        <FilterSelect
          label="Flag"
          all={flags[0]?.label ?? ""}
          choices={flags.slice(1).map(({ key, label }) => ({ value: key, label }))}
          value={shown === flags[0] ? "" : shown.key}
          onChange={onFlag}
        />
      }
      isSheet
    >
      {rows.length > 0 && (
        <IntervalChart
          title={shown.label}
          definition={`${shown.label}: the share of judgments that said yes. ${ASKED_WORDS} ${found.pooling_definition} ${found.interval_method}`}
          rows={rows}
          undrawn={undrawnOf(rates)}
          bounds={[0, 1]}
          isTitled
          isBars
        />
      )}
      <NotDefined title={shown.label} figures={rates} />
    </Section>
  );
}
