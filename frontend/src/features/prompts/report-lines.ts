import type { ImportReport } from "@/api/research-types";

export interface ReportLine {
  key: string;
  line: number;
  isError: boolean;
  field: string | null;
  why: string;
}

/** Everything there is to say about single lines, in the order of the file. */
export function linesOf({ skipped, errors }: Pick<ImportReport, "skipped" | "errors">): ReportLine[] {
  const passed = skipped.map(({ line, reason }) => ({ line, isError: false, field: null, why: reason }));
  const refused = errors.map(({ line, field, message }) => ({
    line,
    isError: true,
    field: field || null,
    why: message,
  }));
  return [...passed, ...refused]
    .sort((a, b) => a.line - b.line)
    .map((row, index) => ({ ...row, key: `${row.line}-${index}` }));
}
