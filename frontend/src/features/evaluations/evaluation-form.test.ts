import { describe, expect, test } from "vitest";

import type { EvaluationDefaults, EvaluationPlan } from "@/api/research-types";

import { formOf, planRequestOf, requestOf, unreadyBecause, withBaseline, withKind } from "./evaluation-form";
import { becauseOf, listed, remarksOf } from "./plan-words";

const defaults: EvaluationDefaults = {
  baseline: { id: 3, name: "sft-2" },
  k: 5,
  priority_mode: "truth_harmless_first",
  instructions: [
    { kind: "ranking", title: "Final evaluation", body: "Truth first." },
    { kind: "toxicity", title: "Rating toxicity", body: "Rate the input." },
  ],
};

describe("the form of a new evaluation", () => {
  test("starts from the designated baseline, truth first, and its own text (R34)", () => {
    const form = formOf(defaults, [3, 8]);

    expect(form).toMatchObject({
      baseline: "3",
      sourceIds: [8],
      priorityMode: "truth_harmless_first",
      instructions: { title: "Final evaluation", body: "Truth first." },
    });
  });

  test("another kind brings its own text, and leaves what somebody wrote", () => {
    const form = formOf(defaults, []);
    const written = { ...form, instructions: { title: "Ours", body: "Read all." } };

    expect(withKind(form, "toxicity", defaults).instructions.title).toBe("Rating toxicity");
    expect(withKind(written, "toxicity", defaults).instructions.title).toBe("Ours");
  });

  test("a model is the baseline or compared with it, never both", () => {
    expect(withBaseline(formOf(defaults, [8, 9]), "9").sourceIds).toEqual([8]);
  });

  test("only a toxicity evaluation says what the models were asked to be (R40)", () => {
    const form = { ...formOf(defaults, [8]), toxicityInstruction: "respectful" as const };

    expect(planRequestOf(form).toxicity_instruction).toBeNull();
    expect(planRequestOf({ ...form, kind: "toxicity" }).toxicity_instruction).toBe("respectful");
  });

  test("the request carries the choice of prompts; an empty field is any", () => {
    const form = { ...formOf(defaults, [8]), name: " Against the baseline ", contentWarning: " " };

    expect(requestOf(form)).toMatchObject({
      name: "Against the baseline",
      content_warning: "",
      prompts: { num_prompts: 200, category: null, split: "validation", distribution: null, snapshot: null },
    });
    expect(planRequestOf({ ...form, prompts: { ...form.prompts, snapshot: "kept" } }).prompts.snapshot).toBe("kept");
  });

  test.each([
    [{ baseline: "" }, "Choose what to compare with."],
    [{ sourceIds: [] }, "Choose at least one model to compare."],
    [{ name: " " }, "Give the evaluation a name."],
    [{ instructions: { title: "T", body: " " } }, "Write the instructions."],
    [{}, null],
  ])("%j is unready because %s", (change, because) => {
    expect(unreadyBecause({ ...formOf(defaults, [8]), name: "N", ...change })).toBe(because);
  });
});

describe("a plan in words", () => {
  const plan: EvaluationPlan = {
    baseline: { id: 3, name: "sft-2" },
    num_tasks: 10,
    num_slots: 20,
    num_beyond: 0,
    num_left_out: 0,
    reasons: [],
    left_out: [],
    tasks_by_source: [{ id: 3, name: "sft-2", num_tasks: 10 }],
    without_lineage: [],
  };

  test.each([
    [[], ""],
    [["a"], "a"],
    [["a", "b"], "a and b"],
    [["a", "b", "c"], "a, b and c"],
  ])("%j is listed as %s", (names, text) => {
    expect(listed(names)).toBe(text);
  });

  test("a prompt that was learned from names the models (R36)", () => {
    expect(becauseOf("seen_in_training", ["ppo-1", "sft-2"], 1)).toBe("was seen in training of ppo-1 and sft-2");
    expect(becauseOf("seen_in_training", ["ppo-1"], 4)).toBe("were seen in training of ppo-1");
  });

  test("it says when lineage is unknown, when models take turns, and what is left over", () => {
    expect(remarksOf(plan)).toEqual([]);
    const remarks = remarksOf({
      ...plan,
      num_beyond: 2,
      tasks_by_source: [...plan.tasks_by_source, { id: 8, name: "ppo-1", num_tasks: 5 }],
      without_lineage: [{ id: 9, name: "gpt-3" }],
    });
    expect(remarks).toHaveLength(3);
    expect(remarks.join(" ")).toContain("What gpt-3 learned from is not known here");
  });
});
