import type { StageMetric } from "@/api/training-types";

function at(node: unknown, key: string): unknown {
  return typeof node === "object" && node !== null ? (node as Record<string, unknown>)[key] : undefined;
}

function holdsSomething(node: unknown): boolean {
  if (node === null || node === undefined) return false;
  return typeof node !== "object" || Object.keys(node).length > 0;
}

/** The figures of the glossary that this report holds; a list or a table of them counts as one. */
export function reportedIn(report: unknown, figures: StageMetric[]): StageMetric[] {
  return figures.filter(({ name }) => {
    const place = name.replace(/(\[\]|\.\*).*$/, "");
    return holdsSomething(place.split(".").reduce(at, report));
  });
}
