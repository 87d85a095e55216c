import type { ReactNode } from "react";
import { Link } from "react-router";

import type { StoredCompletion } from "@/api/research-types";
import { labelOf } from "@/api/words";

interface SamplingFact {
  name: string;
  value: ReactNode;
}

function spoken(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** One setting; what names another thing leads there. */
function factOf(name: string, value: unknown): SamplingFact {
  if (name === "run") return { name: "Run", value: <Link to={`/runs/${spoken(value)}`}>See the run</Link> };
  if (name === "model_version") {
    return { name: "Model", value: <Link to={`/models/${spoken(value)}`}>See the model</Link> };
  }
  if (name === "also_by" && Array.isArray(value)) {
    return { name: "The same words by", value: value.map(spoken).join(", ") };
  }
  if (name === "weight") return { name: "Weight in the mix", value: spoken(value) };
  return { name: labelOf(name), value: spoken(value) };
}

/** How a completion was made; what its source did not tell is left out. */
export function samplingFacts(completion: StoredCompletion): SamplingFact[] {
  return [
    ...Object.entries(completion.sampling).map(([name, value]) => factOf(name, value)),
    { name: "Seed", value: completion.seed },
    { name: "Tokens", value: completion.token_count },
    {
      name: "Ended by",
      value: completion.finish_reason ? labelOf(completion.finish_reason).toLowerCase() : null,
    },
  ];
}
