import { expect, test } from "vitest";

import { datasetNameOf, EMPTY_FORM, guessedChoices, guessedOf, unreadyBecause, withFormat } from "./import-form";

test("a data set is named after its file in the letters that the server takes", () => {
  expect(datasetNameOf("WMT16 Rankings (de-en).jsonl.gz")).toBe("wmt16-rankings-de-en");
  expect(datasetNameOf("Ünïcode.csv")).toBe("n-code");
  expect(datasetNameOf(`${"long ".repeat(20)}.csv`).length).toBeLessThanOrEqual(40);
});

test("what was exported here is known by its name, and is one data set in every file", () => {
  for (const name of ["train-ranking.jsonl", "validation-ranking.jsonl.gz", "train-sft (1).jsonl"]) {
    expect(guessedOf(name)).toEqual({ format: "concord", dataset: "concord", choices: {} });
  }
  expect(guessedOf("train-preference.jsonl")).toEqual({ dataset: "train-preference" });
});

test("choosing the format of what was exported here names the data set, and another one gives the name back", () => {
  const file = new File(["a"], "Mine.jsonl");
  const form = { ...EMPTY_FORM, dataset: "mine" };

  const ours = { ...form, ...withFormat(form, "concord", file) };

  expect(ours).toMatchObject({ format: "concord", dataset: "concord" });
  expect(withFormat(ours, "trl", file)).toMatchObject({ format: "trl", dataset: "mine" });
  expect(withFormat({ ...form, dataset: "chosen" }, "trl", file)).toMatchObject({ dataset: "chosen" });
});

test("columns are guessed by their names and the rest is left to a person", () => {
  expect(guessedChoices(["Question", "answer_a", "answer_b", "winner", "judge_id", "mood"])).toEqual({
    prompt: "Question",
    completions: "answer_a,answer_b",
    preferred: "winner",
    labeler: "judge_id",
  });
  expect(guessedChoices(["x", "y"])).toEqual({});
});

test("what is missing is said one thing at a time", () => {
  const file = new File(["a"], "a.csv");
  const format = { name: "csv", about: "", row: "line", choices: [] };
  const form = { ...EMPTY_FORM, dataset: "a" };

  expect(unreadyBecause(form, null, format, 100)).toBe("Choose a file.");
  expect(unreadyBecause(form, file, format, 0)).toMatch(/larger than 0 MB/);
  expect(unreadyBecause({ ...form, dataset: "Two Words" }, file, format, 100)).toMatch(/^Name the data set/);
  expect(unreadyBecause(form, file, format, 100)).toBe("Choose the column of the prompt.");
  expect(
    unreadyBecause({ ...form, choices: { prompt: "q", completions: "a,b" } }, file, format, 100),
  ).toBeNull();
});
