import type { RatingReport } from "@/api/research-types";
import { ControlChart } from "@/components/control-chart";
import { FilterSelect } from "@/components/filter-select";
import { countOf, formatShare } from "@/components/formats";
import { Section } from "@/components/section";

import type { Filters } from "./agreement-query";
import classes from "./agreement.module.css";
import { countedAddress } from "./counted";
import { LoneFigure } from "./lone-figure";
import { pointOf } from "./weeks";

function choicesOf({ researchers_by_labeler: labelers }: RatingReport) {
  return labelers.map(({ labeler, value }) => ({
    value: String(labeler.id),
    label: `${labeler.display_name}, ${value === null ? "not defined yet" : formatShare(value)}`,
  }));
}

/** How labelers order what researchers ranked or settled: together or one alone, week by week (R43). */
export function BesideResearchers({
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
  const { researchers, gold, researcher_weeks: weeks, definitions } = report;
  const behind = (figure: string, week = "") => countedAddress(filters, { figure, week, labeler });
  return (
    <Section title="Labelers beside researchers" note={definitions.researchers}>
      {report.researchers_by_labeler.length > 0 && (
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
      <LoneFigure kind="researchers" figure={researchers} counted="pairs" to={behind("researchers")} />
      {researchers.value !== null && (
        <p className={classes.small}>{countOf(report.num_researchers, "researcher")} ordered what labelers ranked.</p>
      )}
      <h3 className={classes.goldTitle}>Week by week</h3>
      <p className={classes.small}>{definitions.researcher_weeks}</p>
      <div className={classes.more}>
        <ControlChart
          title="Agreement with researchers by week"
          definition={`${definitions.researchers} ${definitions.researcher_weeks}`}
          counted="Pairs"
          empty="No researcher has ordered what labelers ranked."
          points={weeks.map((week) => ({ ...pointOf(week), to: behind("researchers", week.week) }))}
        />
      </div>
      <h3 className={classes.goldTitle}>With gold alone</h3>
      <p className={classes.small}>{definitions.gold}</p>
      <LoneFigure kind="gold" figure={gold} counted="pairs" to={behind("gold")} />
    </Section>
  );
}
