import { Link } from "react-router";

import type { Figure } from "@/api/research-types";

import classes from "./agreement.module.css";
import { figureText, intervalText, sizeText } from "./figures";

/** A figure that needs no tile: its value, its interval and size, or why it is not defined. */
export function LoneFigure({
  kind,
  figure,
  counted,
  to,
}: {
  /** Says how the figure is written: coefficients as numbers, shares in percent. */
  kind: string;
  figure: Figure;
  counted: string;
  /** Where the rows behind it are. */
  to: string;
}) {
  const text = figureText(kind, figure.value);
  if (text === null) return <p className={classes.reason}>Not defined: {figure.reason_undefined}</p>;
  return (
    <p className={classes.alone}>
      <b>{text}</b>{" "}
      <span className={classes.small}>
        {intervalText(kind, figure).replace(/\.$/, "")}, <Link to={to}>{sizeText(figure, counted)}</Link>
      </span>
    </p>
  );
}
