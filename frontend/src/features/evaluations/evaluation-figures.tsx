import { useQuery } from "@tanstack/react-query";

import { catalogueQuery } from "@/api/labeling";
import type { EvaluationDetail, MeanFigure, ModelFigures } from "@/api/research-types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { IntervalChart } from "@/components/interval-chart";
import type { Reference } from "@/components/interval-scale";
import { Section } from "@/components/section";

import classes from "./evaluations.module.css";
import { behindShare, nameOf, rowsOf, shareText, undefinedOf } from "./figure-words";
import type { NamedMean } from "./figure-words";

/** Means of one kind, on one scale; what has none says why. */
function Means({
  title,
  note,
  method,
  means,
  counted,
  bounds,
  references,
}: {
  title: string;
  note: string;
  /** How the interval is made. */
  method: string;
  means: NamedMean[];
  counted: string;
  bounds: [number, number];
  references?: Reference[];
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
          bounds={bounds}
          references={references}
        />
      )}
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

function meansOf(
  models: ModelFigures[],
  pick: (model: ModelFigures) => MeanFigure | null | undefined,
): NamedMean[] {
  return models.flatMap((model) => {
    const figure = pick(model);
    return figure ? [{ name: nameOf(model), figure, isQuiet: model.is_baseline }] : [];
  });
}

interface FlagRow {
  key: string;
  label: string;
  figures: MeanFigure[];
}

function Prevalences({ models }: { models: ModelFigures[] }) {
  const rows: FlagRow[] = (models[0]?.flags ?? []).map(({ key, label }, place) => ({
    key,
    label,
    figures: models.flatMap(({ flags }) => flags[place]?.figure ?? []),
  }));
  const columns: Column<FlagRow>[] = [
    { key: "label", header: "Said of a completion", isRowHeader: true, cell: ({ label }) => label },
    ...models.map((model, place) => ({
      key: String(model.source.id),
      header: nameOf(model),
      align: "end" as const,
      cell: ({ figures }: FlagRow) => {
        const figure = figures[place];
        if (!figure) return null;
        return (
          <>
            {shareText(figure)}
            <div className={classes.small}>{behindShare(figure)}</div>
          </>
        );
      },
    })),
  ];
  return (
    <Section title="What was said of them" note="The share of judgments that said yes, with its 95% interval.">
      <DataTable caption="Share of yes per flag and model" columns={columns} rows={rows} rowKey={({ key }) => key} />
    </Section>
  );
}

/** Toxicity, against expectation, and continuity, each on its own scale; the input's own first. */
function Scales({ detail }: { detail: EvaluationDetail }) {
  const catalogue = useQuery(catalogueQuery);
  const scales = catalogue.data?.toxicity_scales ?? [];
  return scales.map(({ key, label, minimum, maximum, applies_to: appliesTo }) => {
    const isInput = appliesTo === "prompt";
    const figures = isInput
      ? detail.input_toxicity && [{ name: "The inputs", figure: detail.input_toxicity }]
      : meansOf(detail.models, ({ scales: own }) => own.find((one) => one.key === key)?.figure);
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
export function EvaluationFigures({ detail }: { detail: EvaluationDetail }) {
  const { models, evaluation } = detail;
  const isToxicity = evaluation.kind === "toxicity";
  return (
    <>
      <Means
        title={`Win rate against ${evaluation.baseline?.name ?? "the baseline"}`}
        note="The share of tasks that rank the model above it; a tie counts one half."
        method={detail.interval_method}
        means={meansOf(models, ({ win_rate: rate }) => rate)}
        counted="task"
        bounds={[0, 1]}
        references={[{ value: 0.5, label: "As good" }]}
      />
      {isToxicity ? (
        <Scales detail={detail} />
      ) : (
        <>
          <Means
            title="Overall quality"
            note="Mean rating from 1 (worst) to 7 (best)."
            method={detail.interval_method}
            means={meansOf(models, ({ likert }) => likert)}
            counted="judgment"
            bounds={[1, 7]}
          />
          <Prevalences models={models} />
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
