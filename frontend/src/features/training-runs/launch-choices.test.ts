import { describe, expect, test } from "vitest";

import type { ModelVersion, Snapshot, StageDescription } from "@/api/training-types";

import {
  choicesFor,
  missingFor,
  openRoles,
  queriedRole,
  requestOf,
  shownInputs,
  weightProblems,
  weightsOf,
} from "./launch-choices";

const model = (id: string, kind: ModelVersion["kind"]) => ({ id, kind, name: id }) as ModelVersion;
const snapshot = (id: string, kind: Snapshot["kind"]) => ({ id, kind, name: id }) as Snapshot;

const rewardModel: StageDescription = {
  stage: "reward_model",
  label: "Reward model",
  hyperparameters: [],
  evaluations: [],
  presets: [],
  inputs: [
    { role: "base_model", kind: "model_version", accepts: ["sft", "base", "policy"], required: true, reads_tokens_of: "" },
    { role: "rankings", kind: "snapshot", accepts: ["rm"], required: true, reads_tokens_of: "" },
    { role: "demonstrations", kind: "snapshot", accepts: ["sft"], required: false, reads_tokens_of: "" },
  ],
};
const models = [model("newest-base", "base"), model("rm", "reward_model"), model("old-sft", "sft")];
const snapshots = [snapshot("week-2", "rm"), snapshot("week-1", "rm"), snapshot("demos", "sft")];

test("prompts chosen now stand in for the snapshot of sampling and of scoring alone", () => {
  const scoring: StageDescription = {
    stage: "scoring",
    label: "Scoring",
    inputs: [
      { role: "reward_model", kind: "model_version", accepts: ["reward_model"], required: true, reads_tokens_of: "" },
      { role: "completions", kind: "snapshot", accepts: ["completions"], required: true, reads_tokens_of: "" },
    ],
    hyperparameters: [],
    evaluations: [],
    presets: [],
  };
  expect(openRoles(scoring, { reward_model: "rm" }, "query")).toEqual([]);
  expect(openRoles(scoring, { reward_model: "rm" }, "snapshot")).toEqual(["completions"]);
  expect(queriedRole("ppo")).toBeUndefined();
  const asked = requestOf({
    stage: "scoring",
    name: "",
    seed: "",
    inputs: { reward_model: "rm", completions: "frozen" },
    hyperparameters: {},
    promptQuery: { num_prompts: 5 },
  });
  expect(asked.inputs).toEqual({ reward_model: "rm" });
});

test("a role offers only what it accepts, its preferred kind first (R61)", () => {
  const [base, rankings] = rewardModel.inputs;

  expect(choicesFor(base!, models, snapshots).map(({ id }) => id)).toEqual(["old-sft", "newest-base"]);
  expect(choicesFor(rankings!, models, snapshots).map(({ id }) => id)).toEqual(["week-2", "week-1"]);
});

describe("when nothing fits", () => {
  test.each([
    [["rm"], "snapshot" as const, /No snapshot of rankings is frozen yet/, "/data/new?kind=rm"],
    [["reward_model"], "model_version" as const, /no reward model yet/, "/runs/new?stage=reward_model"],
    [["base", "sft"], "model_version" as const, /no base model or supervised model yet/, "/models"],
  ])("%j says so and leads on", (accepts, kind, sentence, to) => {
    const missing = missingFor({ role: "any", kind, accepts, required: true, reads_tokens_of: "" });

    expect(missing.sentence).toMatch(sentence);
    expect(missing.to).toBe(to);
  });
});

test("required roles stay open until chosen; a prompt query stands in for a snapshot", () => {
  expect(openRoles(rewardModel, { base_model: "x" }, "snapshot")).toEqual(["rankings"]);
  const sampling: StageDescription = {
    ...rewardModel,
    stage: "sampling",
    inputs: [{ role: "prompts", kind: "snapshot", accepts: ["ppo"], required: true, reads_tokens_of: "" }],
  };
  expect(openRoles(sampling, {}, "query")).toEqual([]);
  expect(openRoles(sampling, {}, "snapshot")).toEqual(["prompts"]);
});

test("a request carries nothing that is empty", () => {
  const parts = {
    stage: "sampling" as const,
    name: "  ",
    seed: "",
    inputs: { model: "m", prompts: "p" },
    hyperparameters: {},
  };

  expect(requestOf({ ...parts, promptQuery: null })).toEqual({
    stage: "sampling",
    name: "",
    inputs: { model: "m", prompts: "p" },
    hyperparameters: {},
  });
  expect(requestOf({ ...parts, name: "a", seed: "7", promptQuery: { num_prompts: 40 } })).toEqual({
    stage: "sampling",
    inputs: { model: "m" },
    hyperparameters: {},
    name: "a",
    seed: 7,
    prompt_query: { num_prompts: 40 },
  });
});

test("further policies appear one at a time, with weights that are all given or none (R85)", () => {
  const policy = (role: string) => ({ role, kind: "model_version" as const, accepts: ["sft"], required: role === "model", reads_tokens_of: "" });
  const sampling: StageDescription = {
    ...rewardModel,
    stage: "sampling",
    inputs: [policy("model"), policy("model_2"), policy("model_3"), policy("model_4")],
  };
  const shown = (inputs: Record<string, string>) => shownInputs(sampling, inputs).map(({ role }) => role);

  expect(shown({})).toEqual(["model"]);
  expect(shown({ model: "a" })).toEqual(["model", "model_2"]);
  expect(shown({ model: "a", model_2: "b" })).toEqual(["model", "model_2", "model_3"]);

  const two = { model: "a", model_2: "b", prompts: "p" };
  expect(weightsOf(two, {})).toBeUndefined();
  expect(weightsOf({ model: "a" }, { model: "3" })).toBeUndefined();
  expect(weightsOf(two, { model: "3", model_2: "1" })).toEqual({ model: 3, model_2: 1 });
  expect(Object.keys(weightProblems(two, { model: "3" }))).toEqual(["model_2"]);
  expect(Object.keys(weightProblems(two, { model: "x", model_2: "-1" }))).toEqual(["model", "model_2"]);
});
