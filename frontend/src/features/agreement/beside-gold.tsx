import type { RatingReport } from "@/api/research-types";
import { ControlChart } from "@/components/control-chart";
import { FilterSelect } from "@/components/filter-select";
import { formatShare } from "@/components/formats";
import { Section } from "@/components/section";

import type { Filters } from "./agreement-query";
import classes from "./agreement.module.css";
import { countedAddress } from "./counted";
import { LoneFigure } from "./lone-figure";
import { pointOf } from "./weeks";

function choicesOf({ gold_by_labeler: labelers }: RatingReport) {
  return labelers.map(({ labeler, value }) => ({
    value: String(labeler.id),
    label: `${labeler.display_name}, ${value === null ? "not defined yet" : formatShare(value)}`,
  }));
}

/** How labelers order what a researcher has settled: together or one alone, and week by week (R43). */
export function BesideGold({
  report,
  filters,
  labeler,
  onLabeler,
}: {
  report: RatingReport;
  filters: Filters;
  /** Whose; empty for all together. */
  labeler: string;
  onLabeler: (labeler: string) => void;
}) {
  const { gold, gold_weeks: weeks, definitions } = report;
  const behind = (week = "") => countedAddress(filters, { figure: "gold", week, labeler });
  return (
    <Section title="Labelers beside researchers" note={definitions.gold}>
      {report.gold_by_labeler.length > 0 && (
        <div className={classes.whose}>
          <FilterSelect
            label="Labeler"
            all="All together"
            choices={choicesOf(report)}
            value={labeler}
            onChange={onLabeler}
          />
        </div>
      )}
      <LoneFigure kind="gold" figure={gold} counted="pairs" to={behind()} />
      {weeks.some(({ value }) => value !== null) && (
        <ControlChart
          title="Agreement with gold by week"
          definition={`${definitions.gold} ${definitions.gold_weeks}`}
          counted="Pairs"
          points={weeks.map((week) => ({ ...pointOf(week), to: behind(week.week) }))}
        />
      )}
    </Section>
  );
}
