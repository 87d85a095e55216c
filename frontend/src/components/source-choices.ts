import type { CompletionSource } from "@/api/research-types";

import type { Choice } from "./choice-list";
import { countOf } from "./formats";

/** Sources of completions as a list to choose from, each with how many it has written. */
export function sourceChoicesOf(sources: readonly CompletionSource[]): Choice<number>[] {
  return sources.map(({ id, name, num_completions }) => ({
    id,
    label: name,
    description: countOf(num_completions, "completion"),
  }));
}
