import type { Drawing } from "./chart";
import { scaleOf } from "./control-scale";
import type { ControlMark, Known } from "./control-scale";
import { ACCENT, FAINT, line, round, SOFT, text } from "./drawing-marks";
import { formatDay, formatShare } from "./formats";

const WIDTH = 820;
const HEIGHT = 300;
const LEFT = 56;
const RIGHT = 24;
const TOP = 20;

/** A share by week for a file, with the band that chance keeps to and what lies outside ringed. */
export function drawControl(points: Known[], marks: ControlMark[]): Drawing {
  const scale = scaleOf(points);
  const across = (moment: string) => LEFT + ((WIDTH - LEFT - RIGHT) * scale.x(moment)) / 100;
  const down = (share: number) => TOP + (HEIGHT * scale.y(share)) / 100;
  const place = (day: string, share: number) => `${round(across(day))},${round(down(share))}`;
  const band = [
    ...points.map(({ day, high }) => place(day, high)),
    ...[...points].reverse().map(({ day, low }) => place(day, low)),
  ];
  const grid = scale.ticks.flatMap((tick) => [
    line([LEFT, down(tick)], [WIDTH - RIGHT, down(tick)], { stroke: FAINT }),
    text(LEFT - 8, down(tick) + 4, formatShare(tick, 0), { anchor: "end", size: 12, fill: SOFT }),
  ]);
  const versions = marks.flatMap(({ moment, label }) => [
    line([across(moment), TOP], [across(moment), TOP + HEIGHT], { stroke: SOFT, dash: "2 4" }),
    text(across(moment), TOP - 6, label, { anchor: scale.x(moment) > 92 ? "end" : "middle", size: 11, fill: SOFT }),
  ]);
  const dots = points.map(({ day, value, isOutside }) => {
    const at = `cx="${round(across(day))}" cy="${round(down(value))}"`;
    return isOutside
      ? `<circle ${at} r="6" fill="none" stroke="${ACCENT}" stroke-width="2"/>`
      : `<circle ${at} r="3.5" fill="${ACCENT}"/>`;
  });
  const ends = [points[0], points[points.length - 1]].flatMap((point, index) =>
    point
      ? [text(across(point.day), TOP + HEIGHT + 18, formatDay(point.day), { anchor: index ? "end" : "start", size: 12, fill: SOFT })]
      : [],
  );
  const body = [
    `<polygon points="${band.join(" ")}" fill="${FAINT}" fill-opacity="0.6"/>`,
    ...grid,
    ...versions,
    `<polyline points="${points.map(({ day, value }) => place(day, value)).join(" ")}" fill="none" stroke="${ACCENT}" stroke-width="2"/>`,
    ...dots,
    ...ends,
  ];
  return { width: WIDTH, height: TOP + HEIGHT + 24, body: body.join("\n") };
}
