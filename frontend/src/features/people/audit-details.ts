import type { AuditEntry } from "@/api/screening-types";
import { labelOf } from "@/api/words";

function wordsOf(value: unknown): string {
  if (value === null || value === "") return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return String(Number(value.toFixed(4)));
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(wordsOf).join(", ");
  return JSON.stringify(value);
}

/** What an entry says beyond who and what; a change is written down as the value before and after. */
export function detailsOf({ action, details }: Pick<AuditEntry, "action" | "details">) {
  return Object.entries(details).map(([name, value]) => {
    const isChange = action.startsWith("change_") && Array.isArray(value) && value.length === 2;
    const words = isChange ? value.map(wordsOf).join(" → ") : wordsOf(value);
    return { name: labelOf(name), words };
  });
}
