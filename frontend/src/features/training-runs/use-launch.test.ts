import { expect, test } from "vitest";

import type { LaunchRequest } from "./launch-choices";
import { isAsSent } from "./use-launch";

const request: LaunchRequest = {
  stage: "sft",
  name: "a run",
  inputs: {},
  hyperparameters: {},
  evaluations: ["answer_length"],
};

test("a refusal is about the request that was sent, until any part of it is changed", () => {
  expect(isAsSent(undefined, request)).toBe(false);
  expect(isAsSent({ run: request }, request)).toBe(true);
  expect(isAsSent({ run: request }, { ...request, evaluations: [] })).toBe(false);
  expect(isAsSent({ run: request }, { ...request, name: "another" })).toBe(false);
});
