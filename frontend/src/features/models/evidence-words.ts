import type { Evidence } from "@/api/training-types";
import { countOf } from "@/components/formats";

function figureOf({ value, low, high }: Evidence): string {
  return `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

/** `win rate 0.620 [0.550, 0.690] against SFT 1, 4 labelers, 60 prompts` */
export function evidenceWords(evidence: Evidence): string {
  if (evidence.kind === "held_out_accuracy") {
    const pairs = evidence.num_pairs === undefined ? "" : ` on ${countOf(evidence.num_pairs, "pair")}`;
    return `held-out accuracy ${figureOf(evidence)}${pairs}`;
  }
  const against = evidence.compared_with ? ` against ${evidence.compared_with}` : "";
  return [
    `win rate ${figureOf(evidence)}${against}`,
    countOf(evidence.num_labelers ?? 0, "labeler"),
    countOf(evidence.num_prompts ?? 0, "prompt"),
  ].join(", ");
}
