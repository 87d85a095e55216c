import type { StoredCompletion } from "@/api/research-types";
import { labelOf } from "@/api/words";

function spoken(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** How a completion was made; what its source did not tell is left out. */
export function samplingFacts(completion: StoredCompletion): { name: string; value: string | number | null }[] {
  const settings = Object.entries(completion.sampling).map(([name, value]) => ({
    name: labelOf(name),
    value: spoken(value),
  }));
  return [
    ...settings,
    { name: "Seed", value: completion.seed },
    { name: "Tokens", value: completion.token_count },
    {
      name: "Ended by",
      value: completion.finish_reason ? labelOf(completion.finish_reason).toLowerCase() : null,
    },
  ];
}
