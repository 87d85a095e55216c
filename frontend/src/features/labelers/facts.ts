import type { FactWords, WorkFact, WorkFacts } from "@/api/research-types";
import { formatCount } from "@/components/formats";
import type { Interval, Writing } from "@/components/interval-scale";

type Unit = FactWords["unit"];

/** `12.5%`, `3.2 min`, `41 s` or `+0.31`; null for a fact that is not defined. */
export function valueText(unit: Unit, value: number | null): string | null {
  if (value === null || !Number.isFinite(value)) return null;
  if (unit === "share") return `${(value * 100).toFixed(1)}%`;
  if (unit === "minutes") return `${value.toFixed(1)} min`;
  if (unit === "seconds") return `${value.toFixed(0)} s`;
  const signed = `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
  return unit === "points" ? `${signed} points` : signed;
}

/** How a drawing of such a fact is read out: as it is written beside it. */
export function writingOf(unit: Unit): Pick<Writing, "figure"> {
  return { figure: (value) => valueText(unit, value) ?? "" };
}

/** `95% interval 8.1% to 16.9%`; null where there is none. */
export function rangeText(unit: Unit, fact: WorkFact): string | null {
  const low = valueText(unit, fact.low);
  const high = valueText(unit, fact.high);
  return low === null || high === null ? null : `95% interval ${low} to ${high}`;
}

/** `8.1 to 16.9%`, the 95% interval under a figure of a table; null where there is none. */
export function endsText(unit: Unit, { low, high }: Pick<WorkFact, "low" | "high">): string | null {
  const ends = [valueText(unit, low), valueText(unit, high)];
  if (ends[0] === null || ends[1] === null) return null;
  // The unit stands once, behind both.
  return `${ends[0]?.replace(/%| [a-z]+$/, "")} to ${ends[1]}`;
}

/** `expected 25.0%, as far off by chance in 0.3% of cases` */
export function expectedText(unit: Unit, fact: WorkFact): string | null {
  const expected = valueText(unit, fact.expected);
  if (expected === null) return null;
  if (fact.p_value === null) return `chance ${expected}`;
  return `expected ${expected}, as far off by chance ${chanceText(fact.p_value)}`;
}

function chanceText(pValue: number): string {
  return pValue < 0.001 ? "in less than 0.1% of cases" : `in ${(pValue * 100).toFixed(1)}% of cases`;
}

/** `above the others`; a fact with a p-value of its own is tested against what is expected. Empty where unmarked. */
export function sideText({ mark, p_value: own }: WorkFact): string {
  return mark === null ? "" : `${mark} the ${own === null ? "others" : "expected"}`;
}

/** `above the others, p 0.002`: what stands out, with the test's own figure; empty where nothing does. */
export function markText(fact: WorkFact): string {
  const { mark, p_beside_all: pValue } = fact;
  if (mark === null || pValue === null) return "";
  return `${sideText(fact)}, p ${pValue < 0.001 ? "< 0.001" : pValue.toFixed(3)}`;
}

export function sizeText(words: FactWords, fact: WorkFact): string {
  return `${formatCount(fact.num_counted)} ${words.counted}`;
}

// As the server says it of everything that is counted.
const NEEDED = /At least (\d+) are needed/;

/** `n = 7 of 10 needed`: what is missing, where that is all; null where there is another reason. */
export function missingText({ value, num_counted: counted, reason_undefined: reason }: WorkFact): string | null {
  const needed = NEEDED.exec(reason ?? "")?.[1];
  if (value !== null || needed === undefined || counted >= Number(needed)) return null;
  return `n = ${formatCount(counted)} of ${needed} needed`;
}

export function factOf(work: WorkFacts, key: FactWords["key"]): WorkFact | undefined {
  return work.facts.find((fact) => fact.key === key);
}

/** What can be drawn; null for a fact that is not defined. */
export function intervalOf(fact: WorkFact | undefined): Interval | null {
  if (fact === undefined || fact.value === null || !Number.isFinite(fact.value)) return null;
  return { value: fact.value, low: fact.low, high: fact.high };
}

/** The scale on which a labeler and everybody are drawn; times have no natural end. */
export function scaleOf(unit: Unit, facts: (Interval | null)[]): [number, number] {
  if (unit === "share") return [0, 1];
  if (unit === "correlation") return [-1, 1];
  const ends = facts.flatMap((fact) => (fact === null ? [] : [fact.high ?? fact.value, fact.value]));
  if (unit === "points") {
    const lows = facts.flatMap((fact) => (fact === null ? [] : [fact.low ?? fact.value]));
    const reach = Math.max(1, ...[...ends, ...lows].map(Math.abs)) * 1.1;
    return [-reach, reach];
  }
  return [0, Math.max(1, ...ends) * 1.1];
}

/** `+12.5` or `−3.0`: what lies between two shares, in percentage points. */
export function differenceText(difference: number): string {
  return `${difference < 0 ? "−" : "+"}${Math.abs(difference * 100).toFixed(1)}`;
}
