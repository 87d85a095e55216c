import type { ModelVersion, Run, Snapshot, StageDescription } from "@/api/training-types";

import { isChanged, textOf, typedBy } from "./hyperparameter-form";
import type { Typed } from "./hyperparameter-form";
import { firstChoices } from "./model-fits";
import { startsFrom } from "./prompt-choice";
import type { PromptChoice } from "./prompt-choice";

/** What the form of a stage begins with. */
export interface LaunchStart {
  inputs: Record<string, string>;
  typed: Typed;
  weights: Record<string, string>;
  prompts: PromptChoice;
  evaluations: string[];
}

/** With a preset, empty for the stage's defaults, and what the address asks to start with. */
export function startWith(
  stage: StageDescription,
  models: ModelVersion[],
  snapshots: Snapshot[],
  { preset, wanted }: { preset: string; wanted: readonly string[] },
): LaunchStart {
  const inputs = firstChoices(stage, models, snapshots, wanted);
  const filled = stage.presets.find(({ name }) => name === preset);
  return {
    inputs,
    typed: filled ? typedBy(filled) : {},
    weights: {},
    prompts: startsFrom(stage.stage, inputs, wanted),
    evaluations: [],
  };
}

/** With everything that an earlier run was asked for but its name and its seed. */
export function startLike(stage: StageDescription, run: Run): LaunchStart {
  const inputs = Object.fromEntries(Object.entries(run.inputs).map(([role, { id }]) => [role, id]));
  const texts = Object.entries(run.hyperparameters).map(([name, value]) => [name, textOf(value)] as const);
  const typed = Object.fromEntries(texts);
  const changed = stage.hyperparameters.filter((field) => isChanged(field, typed)).map(({ name }) => name);
  return {
    inputs,
    // What an earlier release knew and this one does not is left out.
    typed: Object.fromEntries(texts.filter(([name]) => changed.includes(name))),
    weights: Object.fromEntries(Object.entries(run.weights).map(([role, weight]) => [role, String(weight)])),
    prompts: startsFrom(stage.stage, inputs, Object.values(inputs)),
    evaluations: run.evaluations,
  };
}
