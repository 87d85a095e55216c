import type { RowsBehind, Snapshot } from "@/api/training-types";

const SOURCE = "source_";
const ALL: Record<string, RowsBehind["of"]> = {
  prompts: "prompts",
  rankings: "rankings",
  pairs: "rankings",
  demonstrations: "demonstrations",
};
// What the records of a kind are, where a list has them: those of rankings are tasks.
const RECORDS: Partial<Record<Snapshot["kind"], RowsBehind["of"]>> = {
  sft: "demonstrations",
  ppo: "prompts",
  eval: "prompts",
};

/** The rows that a count of a snapshot counts, or that hold what it counts; null where no list has them. */
export function rowsOfCount(kind: Snapshot["kind"], name: string): RowsBehind | null {
  const records = RECORDS[kind];
  if (records === undefined && kind !== "rm") return null;
  if (name === "train" || name === "validation") return records ? { of: records, where: { split: name } } : null;
  if (name.startsWith(SOURCE)) {
    // Demonstrations are counted by other sources.
    return kind === "sft" ? null : { of: "prompts", where: { source: name.slice(SOURCE.length) } };
  }
  const of = ALL[name];
  return of === undefined ? null : { of, where: {} };
}
