import { Link } from "react-router";

import type { AgreementFigure, AgreementReport } from "@/api/research-types";
import type { ChartFacts } from "@/components/chart";
import { ChartFrame } from "@/components/chart-frame";
import { IntervalMark } from "@/components/interval-mark";
import { AS_NUMBERS, AS_SHARES } from "@/components/interval-scale";
import type { Reference } from "@/components/interval-scale";

import classes from "./agreement.module.css";
import { figureText, intervalOf, intervalText, isShare, tileSizeText } from "./figures";

type Published = AgreementReport["reference_lines"];

/** The figure on a scale with chance and what others published; its files say what it is. */
function Drawing({ figure, published, method }: { figure: AgreementFigure; published: Published; method: string }) {
  const interval = intervalOf(figure);
  if (!interval) return null;
  const { label, chance, definition, num_pairs: n, num_prompts: prompts } = figure;
  // A coefficient above 0 may have an interval that begins below it.
  const isPositive = isShare(figure.key) || (interval.low ?? interval.value) >= 0;
  const range: [number, number] = isPositive ? [0, 1] : [-1, 1];
  const references: Reference[] = [...(chance === null ? [] : [{ value: chance, label: "chance" }]), ...published];
  const writing = isShare(figure.key) ? AS_SHARES : AS_NUMBERS;
  const ends = range.map((end) => (writing.tick(end)));
  const chart: ChartFacts = {
    title: label,
    definition: `${definition} ${method}`,
    figures: {
      columns: ["Name", "Figure", "95% low", "95% high", "n", "Prompts"],
      rows: [
        [label, interval.value, interval.low, interval.high, n, prompts],
        ...references.map((one) => [one.label, one.value, one.low ?? null, one.high ?? null, null, null]),
      ],
    },
    draw: async () =>
      (await import("@/components/interval-drawing")).drawIntervals(
        [{ label, note: tileSizeText(figure), interval }],
        range,
        references,
        { writing },
      ),
  };
  return (
    <div className={classes.mark}>
      <ChartFrame chart={chart} isTitled={false}>
        <IntervalMark interval={interval} range={range} references={references} writing={writing} label={label} />
        <div className={classes.scale} aria-hidden="true">
          <span>{ends[0]}</span>
          <span>{ends[1]}</span>
        </div>
      </ChartFrame>
    </div>
  );
}

/** One figure with its interval, its size, its definition and, where undefined, the reason. */
export function FigureTile({
  figure,
  published = [],
  method,
  to,
}: {
  figure: AgreementFigure;
  /** What others have published of the same figure. */
  published?: Published;
  /** How intervals are made. */
  method: string;
  /** Where the rows behind it are. */
  to: string;
}) {
  const text = figureText(figure.key, figure.value);
  const chance = figureText(figure.key, figure.chance);
  return (
    <article className={classes.tile} aria-label={figure.label}>
      <h3>{figure.label}</h3>
      {text === null ? (
        <p className={classes.reason}>
          <b>Not defined here.</b> {figure.reason_undefined}
        </p>
      ) : (
        <>
          <p className={classes.value}>{text}</p>
          <p className={classes.small}>
            {intervalText(figure.key, figure)}
            {chance !== null && `; chance ${chance}`}
          </p>
          <p className={classes.small}>
            <Link to={to} aria-label={`${tileSizeText(figure)}: the rankings behind ${figure.label}`}>
              {tileSizeText(figure)}
            </Link>
          </p>
          {published.map(({ label, value }) => (
            <p key={label} className={classes.small}>
              {label}: {figureText(figure.key, value)}
            </p>
          ))}
          <Drawing figure={figure} published={published} method={method} />
        </>
      )}
      <p className={classes.definition}>{figure.definition}</p>
    </article>
  );
}
