const READ_BYTES = 64_000;
const NUM_ROWS = 3;

export interface CsvHead {
  columns: string[];
  /** The first rows, to see what a column holds. */
  rows: string[][];
}

/** One cell: what stands in quotes, what follows it, and what ends it. */
const CELL = /(?:"([^"]*(?:""[^"]*)*)(?:"|$))?([^,\n]*)(,|\n|$)/g;

/** The first records of CSV text; a last one that may be cut off is left out unless it is all. */
export function recordsOf(text: string, isWhole: boolean): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  for (const [, quoted = "", bare = "", end] of text.matchAll(CELL)) {
    const cell = quoted.replaceAll('""', '"') + bare;
    record.push(end === "\n" ? cell.replace(/\r$/, "") : cell);
    if (end === ",") continue;
    if (end === "\n" || isWhole) records.push(record);
    if (end === "") break;
    record = [];
  }
  return records.filter((one) => one.length > 1 || one[0] !== "");
}

/** Several names as one choice, and back: one that holds a comma stands in quotes, as in CSV. */
export function choiceOf(names: string[]): string {
  return names.map((name) => (/[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(",");
}

export function namesIn(choice: string): string[] {
  return recordsOf(choice, true)[0] ?? [];
}

const SEPARATORS: Record<string, string> = { ";": "semicolons", "\t": "tabs", "|": "bars" };

/** What stands between the columns where all of them look like one; null where commas do. */
export function otherSeparator([first, ...others]: string[]): string | null {
  const mark = others.length > 0 ? undefined : Object.keys(SEPARATORS).find((one) => first?.includes(one));
  return mark === undefined ? null : (SEPARATORS[mark] ?? null);
}

/** The columns that can be chosen: each once, and none without a name. */
export function namesOf(columns: string[]): string[] {
  return [...new Set(columns.filter((name) => name !== ""))];
}

function textOf(part: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(typeof reader.result === "string" ? reader.result : "");
    reader.onerror = () => reject(reader.error ?? new Error("The file cannot be read."));
    reader.readAsText(part);
  });
}

/** The columns of a CSV file and its first rows; null for a file without a first line. */
export async function headOf(file: File): Promise<CsvHead | null> {
  const text = await textOf(file.slice(0, READ_BYTES));
  const [columns, ...rows] = recordsOf(text.replace(/^\ufeff/, ""), file.size <= READ_BYTES);
  if (!columns) return null;
  return { columns: columns.map((name) => name.trim()), rows: rows.slice(0, NUM_ROWS) };
}
