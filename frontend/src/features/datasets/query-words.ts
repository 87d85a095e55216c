import type { SnapshotKind } from "@/api/training-types";
import { labelOf } from "@/api/words";
import { countOf, formatCount, formatShare } from "@/components/formats";

import { projectKindOf } from "./freeze-form";

type Query = Record<string, unknown>;

function projectsIn(query: Query, nameOf: (id: number) => string): string {
  const ids = query.project_ids;
  if (!Array.isArray(ids)) return "All";
  return ids.map((id) => nameOf(Number(id))).join("; ");
}

function splitIn(query: Query): string {
  const share = query.validation_share;
  return typeof share === "number"
    ? `${formatShare(share, 0)} of the prompts held out`
    : "Each prompt keeps its own";
}

function promptsIn(query: Query): string | null {
  if (typeof query.chosen === "number") return `${formatCount(query.chosen)} chosen for a run`;
  if (Array.isArray(query.prompt_ids)) return `${formatCount(query.prompt_ids.length)} chosen one by one`;
  return null;
}

function validationPromptsIn(query: Query): string | null {
  const asked = query.num_validation_prompts;
  return typeof asked === "number" && asked > 0
    ? `${countOf(asked, "prompt")} of the validation split`
    : null;
}

/** What was asked for when a snapshot was frozen, as a person would say it. */
export function queryFacts(
  kind: SnapshotKind,
  query: Query,
  nameOf: (projectId: number) => string,
): { name: string; value: string | null }[] {
  const isFromLabels = projectKindOf(kind) !== null;
  const category = query.prompt_category;
  return [
    { name: "Projects", value: isFromLabels ? projectsIn(query, nameOf) : null },
    { name: "Prompts", value: promptsIn(query) },
    { name: "Category", value: typeof category === "string" ? labelOf(category) : null },
    {
      name: "Simulated labelers",
      value: isFromLabels ? (query.include_simulated === true ? "Included" : "Left out") : null,
    },
    { name: "Left out", value: typeof query.excluded_snapshot === "string" ? "What an earlier round had frozen" : null },
    { name: "Split", value: isFromLabels ? splitIn(query) : null },
    {
      name: kind === "eval" ? "At most" : "To judge the policy by",
      value: validationPromptsIn(query),
    },
  ];
}

const ASKED_FOR: Record<string, string> = {
  project_ids: "projects",
  prompt_ids: "prompts chosen one by one",
  prompt_category: "category",
  include_simulated: "simulated labelers",
  excluded_snapshot: "rankings left out",
  validation_share: "split",
  num_validation_prompts: "prompts of the validation split",
};

/** Which parts of the question two snapshots differ in, by the names that a reader knows. */
export function differenceInWords(keys: readonly string[]): string {
  if (keys.length === 0) return "no";
  return keys.map((key) => ASKED_FOR[key] ?? key.replaceAll("_", " ")).join(", ");
}
