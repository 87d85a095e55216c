import { expect, test } from "vitest";

import { differenceInWords, queryFacts } from "./query-words";

const spoken = (facts: { name: string; value: string | null }[]) =>
  Object.fromEntries(facts.filter(({ value }) => value !== null).map(({ name, value }) => [name, value]));

const nameOf = (id: number) => (id === 3 ? "March" : `Project ${id}`);

test("the query of a ranking snapshot names projects, people and split", () => {
  const facts = queryFacts("rm", {
    project_ids: [3, 5],
    prompt_category: "open_qa",
    include_simulated: true,
    validation_share: 0.2,
  }, nameOf);

  expect(spoken(facts)).toEqual({
    Projects: "March; Project 5",
    Category: "Open qa",
    "Simulated labelers": "Included",
    Split: "20% of the prompts held out",
  });
});

test("what an earlier round had frozen is said to be left out (R86)", () => {
  const query = { project_ids: null, excluded_snapshot: "00000005-0000-4000-8000-000000000005" };
  expect(spoken(queryFacts("rm", query, nameOf))).toMatchObject({ "Left out": "What an earlier round had frozen" });
  expect(differenceInWords(["excluded_snapshot"])).toBe("rankings left out");
});

test("prompts chosen for a sampling run say so, and speak of no labelers", () => {
  expect(spoken(queryFacts("ppo", { chosen: 40 }, nameOf))).toEqual({ Prompts: "40 chosen for a run" });
  expect(spoken(queryFacts("ppo", { num_validation_prompts: 64 }, nameOf))).toEqual({
    "To judge the policy by": "64 prompts of the validation split",
  });
  expect(spoken(queryFacts("pretrain", {}, nameOf))).toEqual({});
});

test("no limits means everybody's labels, with each prompt's own split", () => {
  expect(spoken(queryFacts("sft", { project_ids: null, prompt_category: null }, nameOf))).toEqual({
    Projects: "All",
    "Simulated labelers": "Left out",
    Split: "Each prompt keeps its own",
  });
});

test("what two snapshots asked for differently is named as the form names it", () => {
  expect(differenceInWords(["project_ids", "validation_share", "prompt_sources"])).toBe("projects, split, prompt sources");
  expect(differenceInWords([])).toBe("no");
});
