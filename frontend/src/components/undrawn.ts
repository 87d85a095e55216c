/** What a figure is over, for the file made of a chart, and what it lacks. */
export interface FigureSize {
  n: number;
  prompts: number | null;
  /** Why there is no interval, or no figure. */
  reason: string | null;
}

/** A figure that is not defined: no row of the drawing, and one of the file. */
export interface Undrawn extends FigureSize {
  label: string;
  to?: string;
}

/** Those of the figures that are not defined. */
export function undrawnOf(
  figures: {
    name: string;
    to?: string;
    figure: { value: number | null; n: number; num_prompts: number; reason_undefined: string | null };
  }[],
): Undrawn[] {
  return figures.flatMap(({ name, to, figure: { value, n, num_prompts: prompts, reason_undefined: reason } }) =>
    value === null ? [{ label: name, to, n, prompts, reason }] : [],
  );
}
