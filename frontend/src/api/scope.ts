import { useQuery } from "@tanstack/react-query";

import { chosen } from "./chosen";
import { catalogueQuery } from "./labeling";
import { projectsQuery } from "./projects";
import type { Pool } from "./research-types";
import { choicesOf, POOL_WORDS, SIMULATED_CHOICES } from "./words";

/** What every page of figures lets choose: whose rankings, and of which project. */
export const SCOPE = ["project", "pool", "simulated"] as const;
export type Scope = Record<(typeof SCOPE)[number], string>;

const SIZES = ["2", "3", "4", "5", "6", "7", "8", "9"].map((value) => ({ value, label: value }));
const POOLS = choicesOf(POOL_WORDS, "labelers");

/** The number in an address; undefined for none and for what is no number. */
export function numberIn(value: string): number | undefined {
  return /^\d+$/.test(value) ? Number(value) : undefined;
}

/** The choice as the server reads it; what is not chosen is not said. */
export function scopeOf({ project, pool, simulated }: Scope) {
  return {
    project: numberIn(project),
    pool: chosen<Pool>(pool),
    include_simulated: simulated === "yes" ? true : undefined,
  };
}

/** The three choices as fields of a filter bar; only projects that rank are among them. */
export function useScopeFields() {
  const projects = useQuery(projectsQuery);
  return {
    project: {
      name: "project" as const,
      label: "Project",
      all: "All projects",
      isWide: true,
      choices: (projects.data ?? [])
        .filter(({ kind }) => kind !== "demonstration")
        .map(({ id, name }) => ({ value: String(id), label: name })),
    },
    pool: { name: "pool" as const, label: "Pool", all: "Both pools", choices: POOLS },
    simulated: {
      name: "simulated" as const,
      label: "Simulated labelers",
      all: "Left out",
      choices: SIMULATED_CHOICES,
    },
  };
}

/**
 * Which of that work, as fields of a filter bar. A version is offered where its project is chosen; one
 * that is chosen stands there in any case, for it acts.
 */
export function useWorkFields(versions: { id: number; version: number; title: string }[], chosenVersion: string) {
  const catalogue = useQuery(catalogueQuery);
  const instructions = {
    name: "instructions" as const,
    label: "Instructions",
    all: "All versions",
    choices: versions.map(({ id, version, title }) => ({
      value: String(id),
      label: `Version ${version}: ${title}`,
    })),
  };
  return {
    category: {
      name: "category" as const,
      label: "Category",
      all: "All categories",
      choices: (catalogue.data?.categories ?? []).map(({ key, label }) => ({ value: key, label })),
    },
    k: { name: "k" as const, label: "Completions", all: "Any number", choices: SIZES },
    instructions: versions.length > 0 || chosenVersion !== "" ? [instructions] : [],
  };
}
