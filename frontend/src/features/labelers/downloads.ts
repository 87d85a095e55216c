import type { LabelerQualityReport, LabelerWork, WorkFacts } from "@/api/research-types";
import { POOL_WORDS } from "@/api/words";
import type { FiguresOfChart } from "@/components/chart";
import { formatCount } from "@/components/formats";

import { factOf, sideText } from "./facts";

/** What the facts are of, and how their intervals and marks are made. */
export function factsDefinition(report: LabelerQualityReport): string {
  return [
    "How labelers work, over sealed answers only; a share is between 0 and 1.",
    `Fewer than ${formatCount(report.minimum_counted)} make no fact.`,
    `Marks: ${report.mark_definition}`,
    `Intervals: ${report.interval_method}`,
  ].join(" ");
}

/** A row for every fact of all together and of each labeler, whether or not a table shows it. */
export function factsFile(report: LabelerQualityReport): FiguresOfChart {
  const rowsOf = (work: WorkFacts, who: LabelerWork["labeler"] | null) =>
    report.facts.flatMap((words) => {
      const fact = factOf(work, words.key);
      if (!fact) return [];
      return [
        [
          who?.display_name ?? "All together",
          who ? POOL_WORDS[who.pool] : "",
          words.label,
          words.unit,
          fact.value,
          fact.low,
          fact.high,
          fact.num_counted,
          words.counted,
          fact.expected,
          fact.p_value,
          fact.p_beside_all,
          sideText(fact),
          fact.reason_undefined ?? fact.reason_no_interval ?? "",
          words.definition,
        ],
      ];
    });
  return {
    columns: [
      "Labeler",
      "Pool",
      "Fact",
      "Unit",
      "Value",
      "95% low",
      "95% high",
      "n",
      "n counts",
      "Expected",
      "p of what is expected",
      "p beside all",
      "Stands out",
      "Missing because",
      "Definition",
    ],
    rows: [...rowsOf(report.everybody, null), ...report.labelers.flatMap((work) => rowsOf(work, work.labeler))],
  };
}
