import { describe, expect, test } from "vitest";

import type { HyperparameterField, Preset } from "@/api/training-types";

import {
  isChanged,
  orderOfNames,
  overridesOf,
  ppoLength,
  presetOf,
  problemsOf,
  readField,
  textOf,
  typedBy,
} from "./hyperparameter-form";

function field(change: Partial<HyperparameterField>): HyperparameterField {
  return {
    name: "learning_rate",
    kind: "float",
    default: 9e-6,
    minimum: 0,
    maximum: 1,
    choices: [],
    unit: "",
    help: "",
    source: "",
    may_change_in_retry: false,
    ...change,
  };
}

const learningRate = field({});
const batchSize = field({ name: "batch_size", kind: "int", default: 64, minimum: 1, maximum: 65536 });
const schedule = field({
  name: "schedule",
  kind: "choice",
  default: "cosine",
  minimum: null,
  maximum: null,
  choices: ["cosine", "linear"],
});
const packing = field({ name: "packing", kind: "bool", default: true, minimum: null, maximum: null });

test.each([
  [9e-6, "9e-6"],
  [9.65e-6, "9.65e-6"],
  [0.02, "0.02"],
  [256000, "256000"],
  [true, "true"],
  ["cosine", "cosine"],
])("%j is shown as %s", (value, text) => {
  expect(textOf(value)).toBe(text);
});

describe("reading what was typed", () => {
  test.each([
    [learningRate, "1e-5", { value: 1e-5 }],
    [learningRate, " 0.5 ", { value: 0.5 }],
    [learningRate, "", { problem: "A number is needed." }],
    [learningRate, "fast", { problem: "A number is needed." }],
    [learningRate, "-1", { problem: "At least 0." }],
    [learningRate, "2", { problem: "At most 1." }],
    [batchSize, "1,024", { value: 1024 }],
    [batchSize, "1.5", { problem: "A whole number is needed." }],
    [schedule, "linear", { value: "linear" }],
    [schedule, "cubic", { problem: "Choose one of the list." }],
    [packing, "false", { value: false }],
  ])("%o with %j", (declared, text, reading) => {
    expect(readField(declared, text)).toEqual(reading);
  });
});

test("a field typed back to its default is not changed and not sent", () => {
  const fields = [learningRate, batchSize, schedule, packing];
  const typed = { learning_rate: "0.000009", batch_size: "32", packing: "false" };

  expect(isChanged(learningRate, typed)).toBe(false);
  expect(isChanged(batchSize, typed)).toBe(true);
  expect(isChanged(schedule, typed)).toBe(false);
  expect(overridesOf(fields, typed)).toEqual({ batch_size: 32, packing: false });
});

test("unreadable text is marked as changed, named as a problem and never sent", () => {
  const typed = { batch_size: "many" };

  expect(isChanged(batchSize, typed)).toBe(true);
  expect(problemsOf([batchSize], typed)).toEqual({ batch_size: "A number is needed." });
  expect(overridesOf([batchSize], typed)).toEqual({});
});

describe("a preset", () => {
  const plain: Preset = { name: "plain", label: "", help: "", source: "", hyperparameters: {}, sweeps: [] };
  const small = { ...plain, name: "small", hyperparameters: { batch_size: 8, learning_rate: 5e-6 } };
  const fields = [learningRate, batchSize];
  const presetFor = (typed: Record<string, string>) => presetOf([plain, small], fields, typed);

  test("fills the fields as a person would type them", () => {
    expect(typedBy(small)).toEqual({ batch_size: "8", learning_rate: "5e-6" });
  });

  test("is known by what the fields say, and by nothing else", () => {
    expect(presetFor({})).toBe(plain);
    expect(presetFor({ batch_size: "64" })).toBe(plain);
    expect(presetFor({ batch_size: " 8", learning_rate: "0.000005" })).toBe(small);
    expect(presetFor({ batch_size: "8" })).toBeUndefined();
    expect(presetFor({ batch_size: "eight" })).toBeUndefined();
  });
});

test("a specification lists what was changed first, the rest as the stage declares it", () => {
  const stage = { stage: "sft" as const, label: "", inputs: [], hyperparameters: [batchSize, learningRate, packing], evaluations: [], presets: [] };

  expect(orderOfNames(["packing", "learning_rate", "batch_size"], new Set(["packing"]), stage)).toEqual([
    "packing",
    "batch_size",
    "learning_rate",
  ]);
  expect(orderOfNames(["b", "a"], new Set(), undefined)).toEqual(["b", "a"]);
});

describe("the length of a PPO run (R69)", () => {
  const fields = [
    field({ name: "episodes", kind: "int", default: 256_000, maximum: 1e9 }),
    field({ name: "batch_size", kind: "int", default: 512, maximum: 1e6 }),
    field({ name: "minibatch_size", kind: "int", default: 64, maximum: 1e6 }),
    field({ name: "inner_epochs", kind: "int", default: 1, maximum: 100 }),
  ];

  test("the paper's run has 500 iterations and 4,000 updates", () => {
    expect(ppoLength("ppo", fields, {})).toEqual({ iterations: 500, updates: 4000 });
  });

  test("sizes that do not divide each other have no length", () => {
    expect(ppoLength("ppo", fields, { minibatch_size: "48" })).toBeNull();
    expect(ppoLength("reward_model", fields, {})).toBeNull();
  });
});
