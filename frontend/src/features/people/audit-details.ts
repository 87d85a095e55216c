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

/** `num_asked` -> `Asked` */
function nameOf(key: string): string {
  return labelOf(key.replace(/^num_/, ""));
}

/** The name first, which the database may put anywhere; the stage before a promotion beside its stage. */
function inOrder({ name, was, ...others }: AuditEntry["details"]): [string, unknown][] {
  const rest = Object.entries(others).map(([key, value]): [string, unknown] =>
    key === "stage" && was !== undefined ? [key, `${wordsOf(was)} → ${wordsOf(value)}`] : [key, value],
  );
  return name === undefined ? rest : [["name", name], ...rest];
}

/** What an entry says beyond who and what; a change is written down as the value before and after. */
export function detailsOf({ action, details }: Pick<AuditEntry, "action" | "details">) {
  return inOrder(details).map(([name, value]) => {
    const isChange = action.startsWith("change_") && Array.isArray(value) && value.length === 2;
    const words = isChange ? value.map(wordsOf).join(" → ") : wordsOf(value);
    return { name: nameOf(name), words };
  });
}
