import type { Drawing } from "./chart";
import { ACCENT, clipped, FAINT, line, round, SOFT, text, wrapped } from "./drawing-marks";
import type { IntervalRow } from "./interval-chart";
import { AS_NUMBERS, bracketsOf, positionIn, ticksOf } from "./interval-scale";
import type { Reference, Writing } from "./interval-scale";

const WIDTH = 820;
const LEFT = 250;
const RIGHT = 190;
const ROW = 42;
const LABEL_LIMIT = 36;
const NOTE_LIMIT = 44;
const NOTE_LINE = 14;

/** An interval chart for a file: a row for each figure, all on one scale. */
export function drawIntervals(
  rows: IntervalRow[],
  range: [number, number],
  references: Reference[],
  { isBars = false, writing = AS_NUMBERS }: { isBars?: boolean; writing?: Writing } = {},
): Drawing {
  const top = references.length * 18 + 6;
  const notes = rows.map(({ note }) => (note ? wrapped(note, NOTE_LIMIT) : []));
  const heights = notes.map((lines) => ROW + Math.max(0, lines.length - 1) * NOTE_LINE);
  const topOf = (place: number) => heights.slice(0, place).reduce((sum, height) => sum + height, top);
  const bottom = topOf(rows.length);
  const across = (value: number) => LEFT + ((WIDTH - LEFT - RIGHT) * positionIn(range, value)) / 100;
  const marks = references.flatMap(({ value, label, low, high }, index) => [
    low === undefined || high === undefined
      ? ""
      : `<rect x="${round(across(low))}" y="${top}" width="${round(across(high) - across(low))}" height="${bottom - top}" fill="${FAINT}" fill-opacity="0.6"/>`,
    text(across(value), 12 + index * 18, `${label} ${writing.figure(value)}`, { anchor: "middle", fill: SOFT }),
    line([across(value), top], [across(value), bottom], { stroke: SOFT, dash: "2 4" }),
  ]);
  rows.forEach(({ label, interval: { value, low, high }, isQuiet }, index) => {
    const middle = topOf(index) + ROW / 2;
    const lines = notes[index] ?? [];
    const color = isQuiet ? SOFT : ACCENT;
    marks.push(
      text(0, lines.length > 0 ? middle - 3 : middle + 4, clipped(label, LABEL_LIMIT), { weight: isQuiet ? 400 : 600 }),
      ...lines.map((words, place) => text(0, middle + 13 + place * NOTE_LINE, words, { size: 11, fill: SOFT })),
      line([LEFT, middle], [WIDTH - RIGHT, middle], { stroke: FAINT }),
      isBars
        ? `<rect x="${round(across(0))}" y="${middle - 6}" width="${round(across(value) - across(0))}" height="12" fill="${FAINT}"/>`
        : "",
      ...(low === null || high === null
        ? []
        : [
            line([across(low), middle], [across(high), middle], { stroke: color, width: 2 }),
            line([across(low), middle - 5], [across(low), middle + 5], { stroke: color, width: 2 }),
            line([across(high), middle - 5], [across(high), middle + 5], { stroke: color, width: 2 }),
          ]),
      `<circle cx="${round(across(value))}" cy="${middle}" r="5" fill="${color}"/>`,
      text(WIDTH, middle + 4, `${writing.figure(value)}${bracketsOf({ value, low, high }, writing)}`, { anchor: "end" }),
    );
  });
  const ticks = ticksOf(range).map((tick) =>
    text(across(tick), bottom + 16, writing.tick(tick), { anchor: "middle", fill: SOFT, size: 12 }),
  );
  return { width: WIDTH, height: bottom + 22, body: [...marks, ...ticks].join("\n") };
}
