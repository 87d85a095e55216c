import { expect, test } from "vitest";

import { countsInWords, emptyForm, requestOf, unreadyBecause, withKind } from "./freeze-form";

test("rankings are frozen from the chosen projects, or from all when none is chosen", () => {
  const form = { ...emptyForm("rm", []), name: " Week 12 ", validationShare: "0.2" };

  expect(requestOf(form)).toEqual({
    name: "Week 12",
    kind: "rm",
    project_ids: null,
    include_simulated: false,
    validation_share: 0.2,
    num_validation_prompts: 0,
    text: "",
  });
  expect(requestOf({ ...form, projectIds: [3, 5], category: "chat" })).toMatchObject({
    project_ids: [3, 5],
    prompt_category: "chat",
  });
});

test("what belongs to another kind is never sent", () => {
  const filled = {
    ...emptyForm("ppo", [3]),
    name: "Prompts",
    includeSimulated: true,
    validationShare: "0.5",
    numValidationPrompts: 12,
    text: "left over",
  };

  expect(requestOf(filled)).toEqual({
    name: "Prompts",
    kind: "ppo",
    project_ids: null,
    include_simulated: false,
    num_validation_prompts: 12,
    text: "",
  });
  expect(requestOf({ ...filled, kind: "pretrain", category: "chat" })).toEqual({
    name: "Prompts",
    kind: "pretrain",
    project_ids: null,
    include_simulated: false,
    num_validation_prompts: 0,
    text: "left over",
  });
});

test("prompts for evaluation start with a number of them, and another kind forgets it", () => {
  const form = { ...emptyForm("eval", []), name: "Held out", category: "chat" };

  expect(requestOf(form)).toEqual({
    name: "Held out",
    kind: "eval",
    project_ids: null,
    include_simulated: false,
    prompt_category: "chat",
    num_validation_prompts: 200,
    text: "",
  });
  expect(requestOf({ ...form, ...withKind("ppo") }).num_validation_prompts).toBe(0);
  expect(requestOf({ ...form, ...withKind("rm") }).num_validation_prompts).toBe(0);
});

test("a snapshot needs a name, and pretraining needs its text", () => {
  expect(unreadyBecause(emptyForm("rm", []))).toMatch(/name/);
  expect(unreadyBecause({ ...emptyForm("pretrain", []), name: "Books" })).toMatch(/text/);
  expect(unreadyBecause({ ...emptyForm("ppo", []), name: "Prompts" })).toBeNull();
});

test("counts are named and ordered; one that nobody knows yet is still shown", () => {
  expect(countsInWords({ validation: 4, odd_thing: 1, pairs: 30, rankings: 9 })).toEqual([
    { key: "rankings", name: "Rankings", count: 9 },
    { key: "pairs", name: "Pairs with a preference", count: 30 },
    { key: "validation", name: "Records held out", count: 4 },
    { key: "odd_thing", name: "Odd thing", count: 1 },
  ]);
});
