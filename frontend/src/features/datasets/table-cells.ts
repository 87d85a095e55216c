import type { PaperTable } from "@/api/training-types";
import { formatCount, formatShare } from "@/components/formats";

type Kind = PaperTable["kinds"][number];
type Value = number | null | undefined;

const MEASURE = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** How one column writes its cells: all alike, so that they can be read down. Undefined is a dash, never 0. */
export function writerOf(kind: Kind, column: Value[]): (value: Value) => string {
  const isWhole = column.every((value) => value === null || value === undefined || Number.isInteger(value));
  return (value) => {
    if (value === null || value === undefined) return "–";
    if (kind === "share") return formatShare(value);
    return kind === "count" || isWhole ? formatCount(value) : MEASURE.format(value);
  };
}
