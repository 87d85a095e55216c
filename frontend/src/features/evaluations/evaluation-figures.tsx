import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { catalogueQuery } from "@/api/labeling";
import { pooledParts } from "@/api/pooled";
import type { NamedModel, PooledPart } from "@/api/pooled";
import type { EvaluationDetail, MeanFigure, ModelFigures } from "@/api/research-types";
import type { Catalogue } from "@/api/types";
import { ASKED_WORDS } from "@/api/words";
import { CsvButton } from "@/components/csv-button";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { Under } from "@/components/figure-over";
import { IntervalChart } from "@/components/interval-chart";
import type { Reference } from "@/components/interval-scale";
import { LoadedFigures } from "@/components/loaded-figures";
import { LoadingShape } from "@/components/loading-shape";
import { NoFigure } from "@/components/no-figure";
import { NumbersWithoutInterval } from "@/components/not-defined";
import { Section } from "@/components/section";
import { undrawnOf } from "@/components/undrawn";

import classes from "./evaluations.module.css";
import {
  behindAddress,
  behindShare,
  bestFirst,
  flagsFile,
  inputsAddress,
  nameOf,
  rowsOf,
  shareText,
  undefinedOf,
} from "./figure-words";
import type { Counted, NamedMean } from "./figure-words";

/** Means of one kind, on one scale; what has none says why. */
function Means({
  title,
  note,
  method,
  means,
  counted,
  bounds,
  references,
  isShare = false,
}: {
  title: string;
  note: string;
  /** How the interval is made. */
  method: string;
  means: NamedMean[];
  counted: string;
  bounds: [number, number];
  references?: Reference[];
  isShare?: boolean;
}) {
  const rows = rowsOf(means, counted);
  const missing = undefinedOf(means);
  return (
    <Section title={title} note={note} isSheet>
      {rows.length > 0 && (
        <IntervalChart
          title={title}
          definition={`${note} ${method} Only sealed rankings count; repeats are left out.`}
          rows={rows}
          undrawn={undrawnOf(means)}
          bounds={bounds}
          references={references}
          isShare={isShare}
        />
      )}
      {means.length === 0 && <NoFigure reason="No sealed judgment answers this yet." />}
      {missing.length > 0 && (
        <ul className={classes.undefined} aria-label={`${title}: not defined`}>
          {missing.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** A figure, and the models that it is over where these may be several. */
interface Picked {
  figure: MeanFigure;
  models?: NamedModel[];
}

function meansOf(
  models: ModelFigures[],
  pick: (model: ModelFigures) => Picked | null | undefined,
  behind: (model: number) => string,
): NamedMean[] {
  return models.flatMap((model) => {
    const picked = pick(model);
    if (!picked) return [];
    const { figure, models: behindIt = [] } = picked;
    const parts = pooledParts({ models: behindIt }, behind);
    const to = parts.length > 0 ? undefined : behind(model.source.id);
    return [{ name: nameOf(model), figure, parts, to, isQuiet: model.is_baseline }];
  });
}

interface FlagRow {
  key: string;
  label: string;
  figures: ModelFigures["flags"];
}

const PREVALENCE = `The share of judgments that said yes, with its 95% interval. ${ASKED_WORDS}`;

interface Of {
  detail: EvaluationDetail;
  counted: Counted;
}

/** `n 120 of`, and each of the models whose judgments they are leads to its part of them. */
function PooledSize({ size, parts, label }: { size: string; parts: PooledPart[]; label: string }) {
  return (
    <>
      <Under>{size} together of</Under>
      {parts.map(({ label: name, to }) => (
        <Under key={to}>
          <Link to={to} aria-label={`${name}: rankings that said yes: ${label}`}>
            {name}
          </Link>
        </Under>
      ))}
    </>
  );
}

function Prevalences({ detail, counted }: Of) {
  const { models, evaluation, interval_method: method, pooling_definition: pooling } = detail;
  const rows: FlagRow[] = (models[0]?.flags ?? []).map(({ key, label }, place) => ({
    key,
    label,
    figures: models.flatMap(({ flags }) => flags[place] ?? []),
  }));
  const columns: Column<FlagRow>[] = [
    { key: "label", header: "Said of a completion", isRowHeader: true, cell: ({ label }) => label },
    ...models.map((model, place) => ({
      key: String(model.source.id),
      header: nameOf(model),
      align: "end" as const,
      isOneLine: true,
      cell: ({ key, label, figures }: FlagRow) => {
        const said = figures[place];
        if (!said) return null;
        const { figure } = said;
        const behind = (source: number) => behindAddress(counted, source, { flag: key });
        const parts = pooledParts(said, behind);
        const [ends, size] = behindShare(figure);
        return (
          <>
            {shareText(figure)}
            {ends && <Under>{ends}</Under>}
            {size && parts.length === 0 && (
              <Under>
                <Link
                  to={behind(model.source.id)}
                  aria-label={`${size}: rankings that said yes of ${nameOf(model)}: ${label}`}
                >
                  {size}
                </Link>
              </Under>
            )}
            {size && parts.length > 0 && <PooledSize size={size} parts={parts} label={label} />}
          </>
        );
      },
    })),
  ];
  return (
    <Section
      title="What was said of them"
      note={`${PREVALENCE} ${pooling} The n leads to the rankings that said yes.`}
      actions={
        <CsvButton
          title={`What was said in ${evaluation.name}`}
          definition={`${PREVALENCE} ${pooling} ${method}`}
          figures={flagsFile(models)}
        />
      }
    >
      <DataTable caption="Share of yes per flag and model" columns={columns} rows={rows} rowKey={({ key }) => key} />
      <NumbersWithoutInterval
        title="What was said of them"
        figures={rows.flatMap(({ figures }) => figures.map(({ figure }) => figure))}
        of="share"
      />
    </Section>
  );
}

/** Toxicity, against expectation, and continuity, each on its own scale; the input's own first. */
function Scales({ detail, counted }: Of) {
  const catalogue = useQuery(catalogueQuery);
  return (
    <LoadedFigures query={catalogue} skeleton={<LoadingShape height={320} />}>
      {({ toxicity_scales: scales }) => <EachScale scales={scales} detail={detail} counted={counted} />}
    </LoadedFigures>
  );
}

function EachScale({ scales, detail, counted }: Of & { scales: Catalogue["toxicity_scales"] }) {
  return scales.map(({ key, label, minimum, maximum, applies_to: appliesTo }) => {
    const isInput = appliesTo === "prompt";
    const figures = isInput
      ? detail.input_toxicity && [{ name: "The inputs", figure: detail.input_toxicity, to: inputsAddress(counted) }]
      : meansOf(
          detail.models,
          ({ scales: own }) => own.find((one) => one.key === key),
          (model) => behindAddress(counted, model),
        );
    return (
      <Means
        key={key}
        title={label}
        note={`Mean on a scale from ${minimum} to ${maximum}.`}
        method={detail.interval_method}
        means={figures ?? []}
        counted="judgment"
        bounds={[minimum, maximum]}
        references={minimum < 0 ? [{ value: 0, label: "As expected" }] : undefined}
      />
    );
  });
}

/** What an evaluation says of its models, every figure with its interval and its size. */
export function EvaluationFigures({ detail, counted }: Of) {
  const { evaluation } = detail;
  const models = bestFirst(detail.models);
  const isToxicity = evaluation.kind === "toxicity";
  const { baseline } = evaluation;
  return (
    <>
      <Means
        title={`Win rate against ${baseline?.name ?? "the baseline"}`}
        note="The share of tasks that rank the model above it; a tie counts one half."
        method={detail.interval_method}
        means={meansOf(
          models,
          ({ win_rate: rate }) => rate && { figure: rate },
          (model) => behindAddress(counted, model, { other: baseline?.id }),
        )}
        counted="task"
        bounds={[0, 1]}
        references={[{ value: 0.5, label: "As good" }]}
        isShare
      />
      {isToxicity ? (
        <Scales detail={{ ...detail, models }} counted={counted} />
      ) : (
        <>
          <Means
            title="Overall quality"
            note={`Mean rating from 1 (worst) to 7 (best). ${detail.pooling_definition}`}
            method={detail.interval_method}
            means={meansOf(
              models,
              ({ likert }) => likert,
              (model) => behindAddress(counted, model),
            )}
            counted="judgment"
            bounds={[1, 7]}
          />
          <Prevalences detail={{ ...detail, models }} counted={counted} />
        </>
      )}
      <Section title="How this is counted" isSheet>
        <div className={classes.terms}>
          <p>
            <b>Win rate.</b> {detail.win_rate_definition}
          </p>
          <p>
            <b>Intervals.</b> {detail.interval_method}
          </p>
          <p>
            Only sealed rankings count: those that can no longer be taken back. Tasks that a labeler judged a
            second time are left out.
          </p>
        </div>
      </Section>
    </>
  );
}
