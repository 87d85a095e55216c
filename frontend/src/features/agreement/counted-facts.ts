/** What a page of counted rankings is called, and what each of them adds to the figure. */
export interface CountedWords {
  title: string;
  lead: string;
  /** The columns of what is counted, and of how many; no second one where each ranking counts once. */
  part: string;
  whole?: string;
  back: { to: string; label: string };
  /** Compares one labeler with the others: of all together there is no such figure. */
  isOfOne?: true;
}

const back = { to: "/labelers", label: "Labelers" };
const ALL = "are the figure.";

export const LENIENCY: CountedWords = {
  title: "Leniency",
  lead: `The rankings that rated a completion which others rated too, newest first. All points above the others' mean, over all these ratings, ${ALL}`,
  part: "Points above the others",
  whole: "Ratings",
  back,
  isOfOne: true,
};

// By the key of the fact; those beside researchers and gold are figures of the page of ratings too.
export const FACT_WORDS: Record<string, CountedWords> = {
  median_seconds_shown: {
    title: "Seconds on screen",
    lead: "The rankings with a completion whose time on screen was measured, newest first. The median of all these seconds is the figure.",
    part: "Seconds of each completion",
    whole: "Completions",
    back,
  },
  tie_share: {
    title: "Ties",
    lead: `The rankings whose ties are counted, newest first. All pairs tied, over all pairs, ${ALL}`,
    part: "Tied",
    whole: "Pairs",
    back,
  },
  contradiction_share: {
    title: "Contradictions",
    lead: `The rankings with a pair that differs in rating and in rank, newest first. All pairs rated one way and ranked the other, over all that differ in both, ${ALL}`,
    part: "Opposite",
    whole: "Differ in both",
    back,
  },
  position_preference: {
    title: "First is best",
    lead: "The rankings with a single best completion, newest first: 1 where it was shown first, else 0. The mean is the figure.",
    part: "First is best",
    back,
  },
  length_preference: {
    title: "Prefers longer",
    lead: "The rankings of texts of different length that are not all tied, newest first. The mean of their correlations is the figure.",
    part: "Correlation",
    back,
  },
  self_consistency: {
    title: "Self-consistency",
    lead: `The rankings of tasks served again, newest first. All pairs ordered as the first time, over all that both times order, ${ALL}`,
    part: "As the first time",
    whole: "Pairs that both order",
    back,
  },
  agreement_with_others: {
    title: "Agreement with others",
    lead: `The rankings of prompts that others ranked too, newest first, as they were counted last. All comparisons with the same answer, over all comparisons without a tie, ${ALL}`,
    part: "The same",
    whole: "Comparisons",
    back,
    isOfOne: true,
  },
  calibration_agreement: {
    title: "Agreement on calibration tasks",
    lead: `The rankings of calibration tasks that others ranked too, newest first. All comparisons with the same answer, over all comparisons without a tie, ${ALL} Of all labelers together half of a comparison stands with either ranking.`,
    part: "The same",
    whole: "Comparisons",
    back,
  },
  leniency: LENIENCY,
  flag_share: {
    title: "Completions flagged",
    lead: `The rankings that were asked about flags, newest first. All completions with a flag set, over all that a flag was asked about, ${ALL}`,
    part: "Flagged",
    whole: "Asked about",
    back,
  },
  none_acceptable_share: {
    title: "None acceptable",
    lead: "The rankings, newest first: 1 where nothing was fit to be sent, else 0. The mean is the figure.",
    part: "None acceptable",
    back,
  },
};
