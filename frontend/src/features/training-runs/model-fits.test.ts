import { describe, expect, test } from "vitest";

import type { ModelVersion, StageDescription } from "@/api/training-types";
import { prompts, rankings, rewardModel, sft, stages } from "@/testing/training";

import { firstChoices, offerFor, shareTokens } from "./model-fits";

const [rewardModelStage, ppo] = stages as [StageDescription, StageDescription];
const bytes: ModelVersion = {
  ...sft,
  id: "byte-policy",
  name: "Byte policy",
  vocabulary_size: 259,
  vocabulary_sha256: "b".repeat(64),
};
const byteReward: ModelVersion = { ...bytes, id: "byte-reward", name: "Byte reward", kind: "reward_model" };
const unknown: ModelVersion = {
  ...byteReward,
  id: "unknown-reward",
  name: "Of a folder that does not say",
  vocabulary_size: null,
  vocabulary_sha256: "",
};
const reward = ppo.inputs[1]!;

test("models share tokens where their vocabularies are equal, or one of them is not known", () => {
  expect(shareTokens(sft, rewardModel)).toBe(true);
  expect(shareTokens(sft, byteReward)).toBe(false);
  expect(shareTokens(sft, unknown)).toBe(true);
});

describe("the reward models that a policy is offered", () => {
  const offered = (models: ModelVersion[], policy = sft.id) =>
    offerFor(reward, models, [], { policy });

  test("are those that read its tokens; the others are named apart with the reason", () => {
    const offer = offered([sft, byteReward, rewardModel, unknown]);

    expect(offer.choices.map(({ id }) => id)).toEqual([rewardModel.id, unknown.id]);
    expect(offer.unfit).toEqual([
      { id: byteReward.id, label: "Byte reward (259 tokens, not 49,152)" },
    ]);
    expect(offer.missing).toBeNull();
  });

  test("tell vocabularies of one size apart", () => {
    const other = { ...rewardModel, vocabulary_sha256: "d".repeat(64) };

    expect(offered([sft, other]).unfit[0]?.label).toBe("Reward model, week 12 (49,152 other tokens)");
  });

  test("may be none: then one is to be trained from the policy", () => {
    const { choices, missing } = offered([sft, byteReward]);

    expect(choices).toEqual([]);
    expect(missing?.sentence).toBe(`No reward model reads the tokens of ${sft.name} yet.`);
    expect(missing?.to).toBe(`/runs/new?stage=reward_model&model=${sft.id}`);
    expect(offered([sft]).missing?.to).toBe("/runs/new?stage=reward_model");
  });

  test("are all of them while no policy is chosen", () => {
    expect(offered([sft, byteReward, rewardModel], "").choices).toHaveLength(2);
  });
});

test("a second reward model is offered as the first is: by the tokens of the policy (R75)", () => {
  const second = ppo.inputs.find(({ role }) => role === "evaluation_reward_model")!;

  const offer = offerFor(second, [sft, byteReward, rewardModel], [], { policy: sft.id });

  expect(offer.choices.map(({ id }) => id)).toEqual([rewardModel.id]);
  expect(offer.unfit.map(({ id }) => id)).toEqual([byteReward.id]);
});

describe("what a form begins with", () => {
  test("is what the stage prefers; optional roles stay empty", () => {
    expect(firstChoices(rewardModelStage, [bytes, sft], [rankings], [])).toEqual({
      base_model: bytes.id,
      rankings: rankings.id,
    });
  });

  test("is what the address names", () => {
    expect(firstChoices(rewardModelStage, [bytes, sft], [rankings], [sft.id]).base_model).toBe(sft.id);
  });

  test("works together: the newest reward model is passed over for one that reads the policy", () => {
    const chosen = firstChoices(ppo, [sft, byteReward, rewardModel], [prompts], []);

    expect(chosen).toEqual({ policy: sft.id, reward_model: rewardModel.id, prompts: prompts.id });
  });

  test("follows a reward model that the address names to a policy with its tokens", () => {
    const chosen = firstChoices(ppo, [sft, bytes, byteReward], [prompts], [byteReward.id]);

    expect(chosen.policy).toBe(bytes.id);
  });

  test("leaves open what nothing fits", () => {
    expect(firstChoices(ppo, [sft, byteReward], [prompts], [])).not.toHaveProperty("reward_model");
  });
});
