import type { Drawing } from "./chart";
import { clipped, round, SOFT, text } from "./drawing-marks";
import { formatCount } from "./formats";
import { SCALE } from "./palette";
import { totalOf } from "./stacked-scale";
import type { StackedRow } from "./stacked-scale";

const WIDTH = 820;
const LEFT = 200;
const RIGHT = 130;
const ROW = 34;
const BAR = 20;
const KEY_WIDTH = 110;
const KEY_HEIGHT = 26;
const LABEL_LIMIT = 28;

/** Stacked bars for a file, with the key of the scale above them. */
export function drawStacked(rows: StackedRow[], steps: string[]): Drawing {
  const color = (place: number) => SCALE.light[place % SCALE.light.length] ?? "";
  const key = steps.flatMap((step, place) => [
    `<rect x="${place * KEY_WIDTH}" y="2" width="12" height="12" fill="${color(place)}"/>`,
    text(place * KEY_WIDTH + 17, 13, clipped(step, 14), { size: 12, fill: SOFT }),
  ]);
  const bars = rows.flatMap(({ label, note, counts }, index) => {
    const top = KEY_HEIGHT + index * ROW + 6;
    const total = totalOf(counts);
    let start = LEFT;
    const parts = counts.map((count, place) => {
      const width = ((WIDTH - LEFT - RIGHT) * count) / total;
      const part = `<rect x="${round(start)}" y="${top}" width="${round(width)}" height="${BAR}" fill="${color(place)}"/>`;
      start += width;
      return part;
    });
    return [
      text(0, top + 15, clipped(label, LABEL_LIMIT), { weight: 600 }),
      ...parts,
      text(WIDTH, top + 15, `${note ?? ""} n ${formatCount(total)}`.trim(), { anchor: "end" }),
    ];
  });
  return { width: WIDTH, height: KEY_HEIGHT + rows.length * ROW, body: [...key, ...bars].join("\n") };
}
