import type { FiguresOfChart } from "./chart";
import { ChartFrame } from "./chart-frame";
import { formatMeasure, formatTick } from "./formats";
import { missingReasons } from "./missing-reasons";
import classes from "./panel-chart.module.css";
import { joined, labelled, panelScale, sharedAxis } from "./panel-scale";
import type { ChartPanel, PanelFigure, SharedAxis } from "./panel-scale";
import plot from "./plot.module.css";

// Percent of the width that a label of the shared axis needs, on a broad page and on a phone.
const LABEL_GAP = 9;
const NARROW_LABEL_GAP = 22;

export interface PanelColumn {
  x: number;
  label: string;
  /** What stands over this value, and where it is. */
  name: string;
  to: string;
  isMarked: boolean;
}

function inWords({ value, low, high, counted }: PanelFigure): string {
  if (value === null) return "";
  const interval = low === null || high === null ? "" : `, 95% interval ${formatMeasure(low)} to ${formatMeasure(high)}`;
  return `${formatMeasure(value)}${interval}${counted ? `, ${counted}` : ""}`;
}

function Missing({ reasons }: { reasons: string[] }) {
  return reasons.map((reason) => (
    <p key={reason} className={classes.missing}>
      {reason}
    </p>
  ));
}

function Plot({ panel, columns, axis }: { panel: ChartPanel; columns: PanelColumn[]; axis: SharedAxis }) {
  const scale = panelScale(panel);
  const values = columns.map(({ x }) => x);
  const line = joined(values, panel, axis).map(({ x, value }) => `${axis.place(x)},${scale.down(value)}`);
  const summary = columns.flatMap(({ label }, index) => {
    const figure = panel.figures[index];
    return figure && figure.value !== null ? [`${label}: ${inWords(figure)}`] : [];
  });
  return (
    <div className={`${plot.plot} ${classes.plot}`} role="img" aria-label={`${panel.title}. ${summary.join("; ") || "No figure yet."}`}>
      <svg className={plot.drawing} viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        {values.map((x, index) => (
          <line key={index} className={classes.guide} x1={axis.place(x)} x2={axis.place(x)} y1={0} y2={100} />
        ))}
        {scale.ticks.map((tick) => (
          <line key={tick} className={plot.grid} x1={0} x2={100} y1={scale.down(tick)} y2={scale.down(tick)} />
        ))}
        <polyline className={`${plot.line} ${classes.line}`} points={line.join(" ")} />
        {panel.figures.map(({ low, high }, index) => {
          const x = axis.place(values[index] ?? 0);
          return (
            low !== null &&
            high !== null && (
              <line key={index} className={classes.interval} x1={x} x2={x} y1={scale.down(low)} y2={scale.down(high)} />
            )
          );
        })}
      </svg>
      {summary.length > 0 &&
        scale.ticks.map((tick) => (
          <span key={tick} className={plot.tick} style={{ top: `${scale.down(tick)}%` }}>
            {formatTick(tick)}
          </span>
        ))}
      {panel.figures.map((figure, index) => {
        const column = columns[index];
        if (!column || figure.value === null) return null;
        return (
          <span
            key={index}
            className={column.isMarked ? `${plot.dot} ${plot.ring}` : plot.dot}
            style={{ left: `${axis.place(column.x)}%`, top: `${scale.down(figure.value)}%` }}
            title={`${column.name}: ${inWords(figure)}`}
          />
        );
      })}
      {summary.length === 0 && <span className={classes.empty}>No figure yet</span>}
    </div>
  );
}

function Labels({ columns, axis }: { columns: PanelColumn[]; axis: SharedAxis }) {
  const values = columns.map(({ x }) => x);
  const narrow = new Set(labelled(values, axis, NARROW_LABEL_GAP));
  const words = new Map(columns.map(({ x, label }) => [x, label]));
  return (
    <div className={`${plot.small} ${classes.labels}`} aria-hidden="true">
      {axis.breakAt !== null && (
        <span className={classes.break} style={{ left: `${axis.breakAt}%` }}>
          //
        </span>
      )}
      {labelled(values, axis, LABEL_GAP).map((value) => (
        <span
          key={value}
          className={narrow.has(value) ? undefined : classes.broadOnly}
          style={{ left: `${axis.place(value)}%` }}
        >
          {words.get(value)}
        </span>
      ))}
    </div>
  );
}

/** A row for each figure of each run: beside each other they would be four columns each. */
function figuresOf(xName: string, panels: ChartPanel[], columns: PanelColumn[]): FiguresOfChart {
  const rows = columns.flatMap(({ label, name, to }, place) =>
    panels.flatMap(({ title, unit, figures }) => {
      const figure = figures[place];
      if (!figure) return [];
      const { value, low, high, counted, reason } = figure;
      const said = value === null && reason ? `not defined: ${reason}` : counted;
      return [{ cells: [label, unit ? `${title} (${unit})` : title, value, low, high, said, name], to }];
    }),
  );
  return {
    columns: [xName, "Figure", "Value", "95% low", "95% high", "Behind it", "Run"],
    rows: rows.map(({ cells }) => cells),
    links: rows.map(({ to }) => to),
  };
}

/** Several figures over the same values, one above the other on one horizontal axis. */
export function PanelChart({
  title,
  definition,
  xName,
  columns,
  panels,
}: {
  title: string;
  /** What all panels have in common; what each shows comes with the panels. */
  definition: string;
  xName: string;
  columns: PanelColumn[];
  panels: ChartPanel[];
}) {
  const axis = sharedAxis(columns.map(({ x }) => x));
  const meanings = panels.map((panel) => ({
    name: panel.title,
    meaning: `${panel.definition} ${panel.note}`.trim(),
  }));
  const draw = async () => (await import("./panel-drawing")).drawPanels(xName, columns, panels);
  const figures = figuresOf(xName, panels, columns);
  const missing = missingReasons(panels, columns);
  return (
    <ChartFrame chart={{ title, definition, meanings, figures, draw }} isTitled={false} isSheet>
      <div className={classes.chart} role="group" aria-label={title}>
        {panels.map((panel, place) => (
          <div key={panel.title} className={classes.panel}>
            <div className={classes.heading}>
              <b>{panel.title}</b>
              <span>{[panel.unit, panel.note].filter(Boolean).join(". ")}</span>
            </div>
            <div>
              <Plot panel={panel} columns={columns} axis={axis} />
              <Missing reasons={missing.byPanel[place] ?? []} />
            </div>
          </div>
        ))}
        <div className={classes.panel}>
          <div className={classes.axisName}>
            {xName}
            {axis.isLogarithmic && ", logarithmic"}
          </div>
          <div>
            <Labels columns={columns} axis={axis} />
            <Missing reasons={missing.everywhere} />
          </div>
        </div>
      </div>
    </ChartFrame>
  );
}
