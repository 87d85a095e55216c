import { describe, expect, test } from "vitest";

import type { HyperparameterField } from "@/api/training-types";

import { geometricRound, readSweep, sweptFields } from "./sweep-form";

const rate: HyperparameterField = {
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
};
const encoding: HyperparameterField = { ...rate, name: "encoding", kind: "choice", choices: ["a"] };

describe("varying one hyperparameter", () => {
  test("only numbers can be varied", () => {
    expect(sweptFields([rate, encoding])).toEqual([rate]);
  });

  test.each([
    ["1e-6, 3e-6", { values: [1e-6, 3e-6] }],
    ["1e-6 3e-6;1e-5", { values: [1e-6, 3e-6, 1e-5] }],
    ["1e-6", { problem: "Give 2 to 20 values." }],
    ["1e-6, 1e-6", { problem: "Each value once." }],
    ["1e-6, fast", { problem: "fast: A number is needed." }],
    ["1e-6, 2", { problem: "2: At most 1." }],
  ])("%s is read as %j", (values, expected) => {
    expect(readSweep([rate], { parameter: "learning_rate", values })).toEqual(expected);
  });

  test("equal ratios lie evenly round the middle, four to a decade", () => {
    expect(geometricRound(1e-5, 5)).toBe("3.162e-6, 5.623e-6, 1e-5, 1.778e-5, 3.162e-5");
    expect(geometricRound(0, 5)).toBe("");
  });
});
