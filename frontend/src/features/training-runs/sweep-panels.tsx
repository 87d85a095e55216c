import type { SweepDetail, SweepPanel } from "@/api/training-types";
import { countOf } from "@/components/formats";
import { PanelChart } from "@/components/panel-chart";
import type { ChartPanel } from "@/components/panel-scale";
import { Section } from "@/components/section";

import { textOf } from "./hyperparameter-form";

function noteOf({ is_higher_better: isHigherBetter }: SweepPanel): string {
  if (isHigherBetter === null) return "";
  return isHigherBetter ? "Higher is better." : "Lower is better.";
}

function countedIn({ num, unit }: SweepPanel["figures"][number]): string {
  return num === null || unit === "" ? "" : countOf(num, unit.replace(/s$/, ""));
}

function chartPanel(panel: SweepPanel): ChartPanel {
  return {
    title: panel.title,
    unit: panel.unit,
    note: noteOf(panel),
    definition: panel.definition,
    figures: panel.figures.map((figure) => ({ ...figure, counted: countedIn(figure) })),
  };
}

function definitionOf(count: number, parameter: string, hasBest: boolean): string {
  const best = hasBest ? " The best run so far is ringed." : "";
  return `${countOf(count, "run")} that differ in ${parameter} alone.${best} Bars are 95% intervals, where a figure has one.`;
}

/** What the stage is chosen by and the automatic evaluations, over the values of the sweep (R75). */
export function SweepPanels({ detail: { sweep, entries, panels } }: { detail: SweepDetail }) {
  if (panels.length === 0) return null;
  const hasBest = entries.some(({ is_best: isBest }) => isBest);
  return (
    <Section
      title="Figures"
      note={hasBest ? "The best run so far is ringed. Bars are 95% intervals, where a figure has one." : undefined}
    >
      <PanelChart
        title={`${sweep.name} by ${sweep.parameter}`}
        definition={definitionOf(entries.length, sweep.parameter, hasBest)}
        xName={sweep.parameter}
        panels={panels.map(chartPanel)}
        columns={entries.map(({ value, run, is_best: isMarked }) => ({
          x: value,
          label: textOf(value),
          name: run.name,
          to: `/runs/${run.id}`,
          isMarked,
        }))}
      />
    </Section>
  );
}
