import type { PaperTable } from "@/api/training-types";
import { formatCount, formatShare } from "@/components/formats";

type Kind = PaperTable["kinds"][number];

/** A cell as the paper prints it; undefined is a dash, never 0. */
export function cellText(value: number | null, kind: Kind): string {
  if (value === null) return "–";
  if (kind === "share") return formatShare(value);
  if (kind === "count") return formatCount(value);
  return value >= 100 ? formatCount(value) : String(Number(value.toFixed(2)));
}
