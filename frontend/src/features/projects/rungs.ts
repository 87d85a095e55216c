import type { RankingItem } from "@/api/research-types";
import type { Catalogue, LabelItem } from "@/api/types";
import { labelOf } from "@/api/words";
import { formatDuration, formatMeasure } from "@/components/formats";

export interface Rung {
  rank: number;
  /** More than one is a tie. */
  items: RankingItem[];
}

/** The completions of a ranking by rank, best first. */
export function rungsOf(items: RankingItem[]): Rung[] {
  const ranks = [...new Set(items.map(({ rank }) => rank))].sort((a, b) => a - b);
  return ranks.map((rank) => ({ rank, items: items.filter((item) => item.rank === rank) }));
}

export interface Answers {
  yes: { key: string; label: string; isProblem: boolean }[];
  no: string[];
}

/** The answers to the questions about one completion, in the catalogue's order and words. */
export function answersOf(flags: Record<string, boolean>, questions: LabelItem[]): Answers {
  const place = (key: string) => {
    const index = questions.findIndex((question) => question.key === key);
    return index < 0 ? questions.length : index;
  };
  const answers: Answers = { yes: [], no: [] };
  for (const [key, isYes] of Object.entries(flags).sort(([a], [b]) => place(a) - place(b))) {
    const question = questions[place(key)];
    const label = question?.label ?? labelOf(key);
    if (isYes) answers.yes.push({ key, label, isProblem: question?.yes_is_problem ?? false });
    else answers.no.push(label);
  }
  return answers;
}

type Scale = Catalogue["toxicity_scales"][number];

export interface RatedScale {
  key: string;
  label: string;
  value: number;
  /** What the number stands for, where the scale says so. */
  anchor?: string;
}

/** The numbers of a toxicity task about one completion, in the catalogue's order and words. */
export function scalesOf(item: RankingItem, scales: Scale[]): RatedScale[] {
  const values: Record<string, number | null> = {
    toxicity: item.toxicity,
    relative_toxicity: item.relative_toxicity,
    continuity: item.continuity,
  };
  return scales.flatMap(({ key, label, anchors }) => {
    const value = values[key] ?? null;
    return value === null ? [] : [{ key, label, value, anchor: anchors[String(value)] }];
  });
}

/** The ratings that came with an imported data set, on its own scales and in its own words. */
export function axesOf({ axes }: RankingItem): { key: string; label: string; value: string }[] {
  return Object.entries(axes).map(([key, value]) => ({
    key,
    label: labelOf(key),
    value: formatMeasure(value),
  }));
}

/** Where the labeler met a completion and for how long: `shown as B, on screen for 1 min 5 s`. */
export function shownOf({ position, seconds_shown: seconds }: RankingItem): string {
  const place = position === null ? "" : `shown as ${String.fromCharCode(65 + position)}`;
  const time = seconds === null ? "" : `on screen for ${formatDuration(seconds)}`;
  return [place, time].filter((part) => part !== "").join(", ");
}
