import { NativeSelect, NumberInput } from "@mantine/core";

import type { Choice, ProblemOf } from "./choices";

/** What PPO of a round asks the policy, and the text that it mixes in, if any. */
export interface PpoData {
  prompts: string;
  /** Empty for plain PPO. */
  pretraining: string;
  ptxCoef: number | string;
}

// As the paper's PPO-ptx.
export const PAPER_PTX_COEF = 27.8;
export const PPO_FIELDS = ["prompts", "pretraining", "hyperparameters.ppo.ptx_coef"];

/** What keeps the round from being opened; null when nothing does. */
export function ppoProblem({ pretraining, ptxCoef }: PpoData): string | null {
  return pretraining !== "" && !(Number(ptxCoef) > 0) ? "The weight of the pretraining text must be above 0." : null;
}

/** The part of the request that says what PPO reads. */
export function ppoRequest({ prompts, pretraining, ptxCoef }: PpoData) {
  if (pretraining === "") return { prompts };
  return { prompts, pretraining, hyperparameters: { ppo: { ptx_coef: Number(ptxCoef) } } };
}

export function PpoFields({
  data,
  prompts,
  texts,
  problem,
  onChange,
}: {
  data: PpoData;
  prompts: Choice[];
  texts: Choice[];
  problem: ProblemOf;
  onChange: (change: Partial<PpoData>) => void;
}) {
  return (
    <>
      <NativeSelect
        label="Prompts for PPO"
        description="A frozen snapshot."
        data={prompts}
        value={data.prompts}
        error={problem("prompts")}
        onChange={(event) => onChange({ prompts: event.currentTarget.value })}
      />
      <NativeSelect
        label="Pretraining text for PPO"
        description={
          texts.length > 0
            ? "PPO-ptx mixes it in, so that general skill is kept."
            : "There is no snapshot of pretraining text yet, so PPO mixes none in."
        }
        data={[{ value: "", label: "None: plain PPO" }, ...texts]}
        disabled={texts.length === 0}
        value={data.pretraining}
        error={problem("pretraining")}
        onChange={(event) => onChange({ pretraining: event.currentTarget.value })}
      />
      {data.pretraining !== "" && (
        <NumberInput
          label="Weight of the pretraining text"
          description="ptx_coef; 27.8 in the paper."
          min={0}
          max={10_000}
          value={data.ptxCoef}
          error={problem("hyperparameters.ppo.ptx_coef")}
          onChange={(ptxCoef) => onChange({ ptxCoef })}
        />
      )}
    </>
  );
}
