import type { CompletionSource, Overview } from "@/api/research-types";
import type { ModelKind, ModelVersion, Snapshot } from "@/api/training-types";
import { countOf } from "@/components/formats";

export interface LoopStep {
  name: string;
  /** How much there is of what the step makes; unknown until its figures have come. */
  amount: string | null;
  to: string;
}

export interface LoopFigures {
  overview?: Overview;
  snapshots?: Snapshot[];
  models?: ModelVersion[];
  sources?: CompletionSource[];
}

function numModels(models: ModelVersion[], kind: ModelKind): number {
  return models.filter((model) => model.kind === kind).length;
}

/** The completions that trained policies have written: the loop's second turn. */
function numAgain(models: ModelVersion[], sources: CompletionSource[]): number {
  const policies = new Set(
    models.filter(({ kind }) => kind === "policy").map((model) => model.completion_source_id),
  );
  return sources
    .filter(({ id }) => policies.has(id))
    .reduce((sum, { num_completions: count }) => sum + count, 0);
}

/** The six steps from a model's answers to the answers of a better one. */
export function loopSteps({ overview, snapshots, models, sources }: LoopFigures): LoopStep[] {
  return [
    {
      name: "Sample",
      amount: overview ? countOf(overview.completions, "completion") : null,
      to: "/runs?stage=sampling",
    },
    { name: "Rank", amount: overview ? countOf(overview.rankings, "ranking") : null, to: "/projects" },
    { name: "Freeze", amount: snapshots ? countOf(snapshots.length, "snapshot") : null, to: "/data" },
    {
      name: "Reward model",
      amount: models ? countOf(numModels(models, "reward_model"), "version") : null,
      to: "/models?kind=reward_model",
    },
    {
      name: "PPO",
      amount: models ? countOf(numModels(models, "policy"), "policy", "policies") : null,
      to: "/models?kind=policy",
    },
    {
      name: "Sample again",
      amount: models && sources ? `${countOf(numAgain(models, sources), "completion")} of policies` : null,
      to: "/runs?stage=sampling",
    },
  ];
}
