import type { Meaning } from "./meanings";

/** A picture of a fixed size: what stands inside an `svg` element, ready to be written to a file. */
export interface Drawing {
  width: number;
  height: number;
  body: string;
}

export type FigureCell = string | number | null;

/** The figures behind a chart, one row for each thing that is drawn. */
export interface FiguresOfChart {
  columns: string[];
  rows: FigureCell[][];
  /** Where the rows behind each row are, if anywhere. */
  links?: (string | undefined)[];
  /** The same of single cells, one entry for each cell after the first. */
  cellLinks?: (string | undefined)[][];
}

/** All that a chart says of itself, on the page and in every file made of it. */
export interface ChartFacts {
  title: string;
  unit?: string;
  /** What the figures are, how they are counted, and what their intervals are. */
  definition: string;
  /** What each of several figures is, where that is too long for the definition. */
  meanings?: Meaning[];
  figures: FiguresOfChart;
  /** The same picture for a file: on white paper, in the light colours. */
  draw: () => Promise<Drawing>;
}
