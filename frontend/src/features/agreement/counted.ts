import { labelOf } from "@/api/words";

import { FILTERS } from "./agreement-query";
import type { Filters } from "./agreement-query";
import { FACT_WORDS, LENIENCY } from "./counted-facts";
import type { CountedWords } from "./counted-facts";

/** Which figure the rankings add up to, and which part of it. */
export const COUNTED = ["figure", "week", "labeler"] as const;
export type CountedChoice = Partial<Record<(typeof COUNTED)[number], string>>;

const SAID = "said:";
const SHARED = "shared:";
const BESIDE = "beside:";
/** One labeler's ratings above the others', imported ones too: the leniency on the page of ratings. */
export const BESIDE_RATINGS = "beside:ratings";

/** All answers about a flag, and those about completions that several labelers answered about. */
export const saidOf = (flag: string) => `${SAID}${flag}`;
export const sharedOf = (flag: string) => `${SHARED}${flag}`;

/** The address of the rankings that a figure adds up, under the same filters. */
export function countedAddress(filters: Partial<Filters>, choice: CountedChoice & { figure: string }): string {
  const query = new URLSearchParams({ figure: choice.figure });
  for (const name of COUNTED) if (choice[name]) query.set(name, choice[name]);
  for (const name of FILTERS) {
    const value = filters[name] ?? "";
    if (value !== "") query.set(name, value);
  }
  return `/agreement/counted?${query.toString()}`;
}

const RATINGS_PAGE = { to: "/agreement/ratings", label: "Ratings and flags" };

function flagWords(figure: string): CountedWords {
  const isShared = figure.startsWith(SHARED);
  const flag = labelOf(figure.slice(figure.indexOf(":") + 1));
  if (figure.startsWith(BESIDE)) {
    return {
      title: `Beside the others: ${flag.toLowerCase()}`,
      lead: "The rankings that answered this about a completion about which others answered it too, newest first. All yes above the others' mean share of yes, over all these answers, are the difference.",
      part: "Yes above the others",
      whole: "Answers by several",
      back: { to: "/labelers", label: "Labelers" },
      isOfOne: true,
    };
  }
  return {
    title: isShared ? `Answered by several: ${flag.toLowerCase()}` : `Asked: ${flag.toLowerCase()}`,
    lead: isShared
      ? "The rankings that answered this about a completion about which others answered it too, newest first. Their answers are what AC1 and alpha are of."
      : "The rankings that answered this, newest first. All yes together, over all answers, are the figure.",
    part: "Said yes",
    whole: isShared ? "Answers by several" : "Answers",
    back: RATINGS_PAGE,
  };
}

/** What a figure is called on the page of its rankings, and what each of them adds to it. */
export function wordsOf(figure: string): CountedWords {
  if (figure === BESIDE_RATINGS) return { ...LENIENCY, back: RATINGS_PAGE };
  const fact = FACT_WORDS[figure];
  if (fact) return fact;
  if (figure === "ratings") {
    return {
      title: "Ratings by several",
      lead: "The rankings that rated a completion which others rated too, newest first. Their ratings are what alpha is of.",
      part: "Points",
      whole: "Ratings by several",
      back: RATINGS_PAGE,
    };
  }
  if (figure === "gold") {
    return {
      title: "Rankings beside gold",
      lead: "The rankings of prompts that are settled as gold, newest first. All pairs ordered as gold has them, over all that both order, are the figure.",
      part: "As gold",
      whole: "Pairs that both order",
      back: RATINGS_PAGE,
    };
  }
  if (figure === "researchers") {
    return {
      title: "Rankings beside researchers",
      lead: "The rankings of prompts that a researcher ranked or settled as gold, newest first. All pairs ordered as a researcher has them, over all that both order, are the figure.",
      part: "As a researcher",
      whole: "Pairs that both order",
      back: RATINGS_PAGE,
    };
  }
  if (figure === "anchors") {
    return {
      title: "Rankings of the same comparisons",
      lead: "The rankings of calibration tasks with a comparison that is judged again and again, newest first. All judgments for the better side, a tie being a half, over all judgments, are the figure.",
      part: "For the better side",
      whole: "Judgments",
      back: { to: "/agreement", label: "Agreement" },
    };
  }
  return flagWords(figure);
}
