/** The board on which completions are rated and put in order. */
export const rankings = {
  title: "Ranking",
} as const;
