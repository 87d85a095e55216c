import { describe, expect, it } from "vitest";

import { EMPTY_SCREENING, promptsOf, requestOf, textsOf, unreadyBecause } from "./screening-form";
import type { ScreeningForm } from "./screening-form";

const READY: ScreeningForm = {
  ...EMPTY_SCREENING,
  name: " Spring ",
  texts: "One.\n\nTwo.",
  ranking: { ...EMPTY_SCREENING.ranking, title: "Rank", body: "Best first.", category: "chat" },
  demonstration: { ...EMPTY_SCREENING.demonstration, title: "Write", body: "Kindly.", prompts: "7, 9 9" },
};

describe("the form of a screening", () => {
  it.each([
    ["", []],
    ["One line\nof a text.", ["One line\nof a text."]],
    ["One.\n \n\nTwo.\r\n\r\nThree.\n", ["One.", "Two.", "Three."]],
  ])("texts %j are %j", (written, texts) => {
    expect(textsOf(written)).toEqual(texts);
  });

  it.each([
    ["", []],
    ["3, 14 15", [3, 14, 15]],
    ["3; 4", null],
    ["0", null],
    ["two", null],
  ])("prompts %j are %j", (written, prompts) => {
    expect(promptsOf(written)).toEqual(prompts);
  });

  it("asks for as many tasks as prompts are named, each once", () => {
    expect(requestOf(READY)).toEqual({
      name: "Spring",
      texts: ["One.", "Two."],
      flags_cutoff: 0.75,
      ranking_cutoff: 0.75,
      demonstration_cutoff: 6,
      ranking: {
        k: 5,
        instructions: { title: "Rank", body: "Best first." },
        tasks: { num_prompts: 5, prompt_ids: null, category: "chat" },
      },
      demonstration: {
        instructions: { title: "Write", body: "Kindly." },
        tasks: { num_prompts: 2, prompt_ids: [7, 9, 9], category: null },
      },
    });
  });

  it.each([
    [{}, null],
    [{ name: " " }, "Give the screening a name."],
    [{ texts: "\n\n" }, "Enter at least one text to flag."],
    [{ ranking: { ...READY.ranking, body: "" } }, "Write the instructions of the ranking."],
    [
      { demonstration: { ...READY.demonstration, prompts: "x" } },
      "Name the prompts of the demonstrations by their numbers.",
    ],
  ])("with %j it waits for: %j", (changes, reason) => {
    expect(unreadyBecause({ ...READY, ...changes })).toBe(reason);
  });
});
