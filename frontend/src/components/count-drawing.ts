import type { Drawing } from "./chart";
import type { CountBar } from "./count-bars";
import { ACCENT, FAINT, line, round, SOFT, text } from "./drawing-marks";
import { formatCount } from "./formats";

const WIDTH = 820;
const HEIGHT = 180;
const TOP = 20;
const GAP = 8;

/** Bars of counts for a file, each with its number over it and its label below. */
export function drawCounts(bars: CountBar[], step: string): Drawing {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const wide = WIDTH / Math.max(1, bars.length);
  const foot = TOP + HEIGHT;
  const marks = bars.flatMap(({ label, count }, place) => {
    const middle = wide * (place + 0.5);
    const height = (HEIGHT * count) / most;
    return [
      `<rect x="${round(wide * place + GAP / 2)}" y="${round(foot - height)}" width="${round(wide - GAP)}" height="${round(height)}" fill="${ACCENT}"/>`,
      text(middle, foot - height - 6, formatCount(count), { anchor: "middle" }),
      text(middle, foot + 17, label, { anchor: "middle", fill: SOFT, size: 12 }),
    ];
  });
  const axis = line([0, foot], [WIDTH, foot], { stroke: FAINT });
  const name = text(WIDTH / 2, foot + 36, step, { anchor: "middle", fill: SOFT, size: 12 });
  return { width: WIDTH, height: foot + 42, body: [...marks, axis, name].join("\n") };
}
