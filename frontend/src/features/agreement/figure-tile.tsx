import { Link } from "react-router";

import type { AgreementFigure, AgreementReport } from "@/api/research-types";
import { IntervalMark } from "@/components/interval-mark";

import classes from "./agreement.module.css";
import { figureText, intervalOf, intervalText, isShare, sizeText } from "./figures";

type Published = AgreementReport["reference_lines"];

function Drawing({ figure, published }: { figure: AgreementFigure; published: Published }) {
  const interval = intervalOf(figure);
  if (!interval) return null;
  const range: [number, number] = isShare(figure.key) || interval.value >= 0 ? [0, 1] : [-1, 1];
  const references = [
    ...(figure.chance === null ? [] : [{ value: figure.chance, label: "chance" }]),
    ...published,
  ];
  const ends = range.map((end) => (isShare(figure.key) ? `${end * 100}%` : String(end)));
  return (
    <div className={classes.mark}>
      <IntervalMark interval={interval} range={range} references={references} label={figure.label} />
      <div className={classes.scale} aria-hidden="true">
        <span>{ends[0]}</span>
        <span>{ends[1]}</span>
      </div>
    </div>
  );
}

/** One figure with its interval, its size, its definition and, where undefined, the reason. */
export function FigureTile({
  figure,
  published = [],
  to,
}: {
  figure: AgreementFigure;
  /** What others have published of the same figure. */
  published?: Published;
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
            <Link to={to} aria-label={`The rankings behind ${figure.label}`}>
              {sizeText(figure, figure.counted)}
            </Link>
          </p>
          {published.map(({ label, value }) => (
            <p key={label} className={classes.small}>
              {label}: {figureText(figure.key, value)}
            </p>
          ))}
          <Drawing figure={figure} published={published} />
        </>
      )}
      <p className={classes.definition}>{figure.definition}</p>
    </article>
  );
}
