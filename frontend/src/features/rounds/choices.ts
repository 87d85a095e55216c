/** One of several things to choose from. */
export interface Choice {
  value: string;
  label: string;
}

/** What the server has against a field; undefined where it has nothing. */
export type ProblemOf = (field: string) => string | undefined;
