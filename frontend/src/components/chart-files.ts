import type { ChartFacts, Drawing, FigureCell } from "./chart";
import { clipped, escaped, INK, PAPER, SOFT, text, wrapped } from "./drawing-marks";

const MARGIN = 24;
const LINE = 17;
const PNG_SCALE = 2;
// About how many characters of the small print, of the unit and of the title fit on one pixel of a line.
const CHARACTERS_PER_PIXEL = 1 / 6.2;
const UNITS_PER_PIXEL = 1 / 7;
const TITLES_PER_PIXEL = 1 / 8.8;
const TITLE_LINE = 21;
const MAX_TITLE_LINES = 2;
// A spreadsheet takes a cell that begins with one of these for a formula.
const FORMULA_START = /^[=+\-@\t\r\n]/;

function csvCell(cell: FigureCell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return Number.isFinite(cell) ? String(cell) : "";
  const safe = FORMULA_START.test(cell) ? `'${cell}` : cell;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

// To a spreadsheet a comment is cells, too.
const FORMULA_BEHIND_A_SEPARATOR = /([,;\t]\s*)(?=[=+\-@])/g;

function commented(words: string): string[] {
  return words.split(/[\r\n]+/).map((line) => `# ${line.replace(FORMULA_BEHIND_A_SEPARATOR, "$1'")}`);
}

function meaningsOf({ meanings = [] }: Pick<ChartFacts, "meanings">): string[] {
  return meanings.map(({ name, meaning }) => `${name}: ${meaning}`);
}

/** The figures, under a header of comments that says what they are and where they were read. */
export function csvOf(chart: Omit<ChartFacts, "draw">, address: string): string {
  const unit = chart.unit ? `, ${chart.unit}` : "";
  const head = [`${chart.title}${unit}`, chart.definition, ...meaningsOf(chart), address].flatMap(commented);
  const rows = [chart.figures.columns, ...chart.figures.rows].map((row) => row.map(csvCell).join(","));
  return [...head, ...rows, ""].join("\r\n");
}

/** The title beside the unit, on as few lines as it needs; cut where it needs too many. */
function titleLines(title: string, unit: string, width: number): string[] {
  const free = width - (unit ? unit.length / UNITS_PER_PIXEL + MARGIN : 0);
  const limit = Math.max(20, Math.floor(free * TITLES_PER_PIXEL));
  const lines = wrapped(title, limit);
  if (lines.length <= MAX_TITLE_LINES) return lines;
  const rest = lines.slice(MAX_TITLE_LINES - 1).join(" ");
  return [...lines.slice(0, MAX_TITLE_LINES - 1), clipped(rest, limit)];
}

/** The picture as a file that stands alone: title above, definition below. `title` and `desc` are whole. */
export function svgOf(chart: ChartFacts, drawing: Drawing, address: string): Drawing {
  const lines = wrapped(`${chart.definition} ${address}`, Math.floor(drawing.width * CHARACTERS_PER_PIXEL));
  const width = drawing.width + 2 * MARGIN;
  const titles = titleLines(chart.title, chart.unit ?? "", drawing.width);
  const top = MARGIN + 28 + (titles.length - 1) * TITLE_LINE;
  const foot = top + drawing.height + LINE + 6;
  const height = foot + lines.length * LINE + MARGIN - 8;
  const body = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${escaped(chart.title)}</title>`,
    `<desc>${escaped([chart.definition, ...meaningsOf(chart), address].join(" "))}</desc>`,
    `<rect width="100%" height="100%" fill="${PAPER}"/>`,
    ...titles.map((words, index) => text(MARGIN, MARGIN + 8 + index * TITLE_LINE, words, { size: 16, weight: 600 })),
    chart.unit ? text(width - MARGIN, MARGIN + 8, chart.unit, { anchor: "end", fill: SOFT }) : "",
    `<g transform="translate(${MARGIN} ${top})" fill="${INK}">${drawing.body}</g>`,
    ...lines.map((line, index) => text(MARGIN, foot + index * LINE, line, { size: 12, fill: SOFT })),
    "</svg>",
  ].join("\n");
  return { width, height, body };
}

/** Raises where the browser cannot draw the picture. */
async function pngOf({ width, height, body }: Drawing): Promise<Blob> {
  const image = new Image();
  // A data address, because the content security policy admits no other made in the page.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(body)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * PNG_SCALE;
  canvas.height = height * PNG_SCALE;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png");
  });
}

function nameOf(title: string): string {
  const words = title.toLowerCase().normalize("NFKD").replaceAll(/[^a-z0-9]+/g, "-");
  return words.replaceAll(/^-+|-+$/g, "").slice(0, 80) || "chart";
}

function offer(blob: Blob, name: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken the file by the next turn of the clock.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function readHere(): string {
  const moment = new Date().toISOString().slice(0, 16).replace("T", " ");
  return `Read at ${window.location.href} on ${moment} UTC.`;
}

export function saveCsv(chart: Omit<ChartFacts, "draw">) {
  offer(new Blob([csvOf(chart, readHere())], { type: "text/csv;charset=utf-8" }), `${nameOf(chart.title)}.csv`);
}

/** Hands the chart to the person as a file; everything happens in the browser. */
export async function saveChart(chart: ChartFacts, kind: "svg" | "png" | "csv") {
  if (kind === "csv") {
    saveCsv(chart);
    return;
  }
  const file = svgOf(chart, await chart.draw(), readHere());
  const blob = kind === "svg" ? new Blob([file.body], { type: "image/svg+xml" }) : await pngOf(file);
  offer(blob, `${nameOf(chart.title)}.${kind}`);
}
