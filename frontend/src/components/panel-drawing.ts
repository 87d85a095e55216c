import type { Drawing } from "./chart";
import { ACCENT, clipped, FAINT, line, PAPER, round, SOFT, text, wrapped } from "./drawing-marks";
import { formatTick } from "./formats";
import type { PanelColumn } from "./panel-chart";
import { joined, labelled, panelScale, sharedAxis } from "./panel-scale";
import type { ChartPanel } from "./panel-scale";

const WIDTH = 820;
const LEFT = 290;
const HEIGHT = 104;
const GAP = 24;
const LABEL_LIMIT = 34;
const LABEL_GAP = 9;

/** Panels over one horizontal axis for a file. */
export function drawPanels(xName: string, columns: PanelColumn[], panels: ChartPanel[]): Drawing {
  const values = columns.map(({ x }) => x);
  const axis = sharedAxis(values);
  const across = (value: number) => LEFT + ((WIDTH - LEFT) * axis.place(value)) / 100;
  const body = panels.flatMap((panel, row) => {
    const scale = panelScale(panel);
    const top = row * (HEIGHT + GAP);
    const down = (value: number) => top + (HEIGHT * scale.down(value)) / 100;
    const points = joined(values, panel, axis).map(({ x, value }) => `${round(across(x))},${round(down(value))}`);
    const titles = wrapped(panel.title, LABEL_LIMIT);
    const known = panel.figures.some(({ value }) => value !== null);
    return [
      ...titles.map((words, index) => text(0, top + 14 + index * 15, words, { weight: 600, size: 12 })),
      text(0, top + 15 + titles.length * 15, clipped([panel.unit, panel.note].filter(Boolean).join(". "), LABEL_LIMIT + 10), {
        size: 11,
        fill: SOFT,
      }),
      ...values.map((x) => line([across(x), top], [across(x), top + HEIGHT], { stroke: FAINT, dash: "2 4" })),
      ...(known ? scale.ticks : []).flatMap((tick) => [
        line([LEFT, down(tick)], [WIDTH, down(tick)], { stroke: FAINT }),
        text(LEFT - 6, down(tick) + 4, formatTick(tick), { anchor: "end", size: 11, fill: SOFT }),
      ]),
      `<polyline points="${points.join(" ")}" fill="none" stroke="${ACCENT}" stroke-opacity="0.45"/>`,
      ...panel.figures.flatMap(({ value, low, high }, index) => {
        const column = columns[index];
        if (!column || value === null) return [];
        const x = across(column.x);
        const at = `cx="${round(x)}" cy="${round(down(value))}"`;
        return [
          low === null || high === null
            ? ""
            : line([x, down(low)], [x, down(high)], { stroke: ACCENT, width: 2 }),
          column.isMarked
            ? `<circle ${at} r="6" fill="${PAPER}" stroke="${ACCENT}" stroke-width="3"/>`
            : `<circle ${at} r="4" fill="${ACCENT}"/>`,
        ];
      }),
    ];
  });
  const foot = panels.length * (HEIGHT + GAP) - GAP + 6;
  const words = new Map(columns.map(({ x, label }) => [x, label]));
  body.push(
    line([LEFT, foot], [WIDTH, foot], { stroke: SOFT }),
    axis.breakAt === null
      ? ""
      : text(LEFT + ((WIDTH - LEFT) * axis.breakAt) / 100, foot + 4, "//", { anchor: "middle", fill: SOFT }),
    ...labelled(values, axis, LABEL_GAP).map((value) =>
      text(across(value), foot + 16, words.get(value) ?? "", { anchor: "middle", size: 11, fill: SOFT }),
    ),
    text(0, foot + 16, axis.isLogarithmic ? `${xName}, logarithmic` : xName, { size: 12, fill: SOFT }),
  );
  return { width: WIDTH, height: foot + 22, body: body.join("\n") };
}
