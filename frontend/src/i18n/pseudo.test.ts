import { describe, expect, it } from "vitest";

import { turnAllRound, turnRound } from "./pseudo";

describe("the right-to-left pseudo-locale", () => {
  it("turns every word round and leaves placeholders and tags alone", () => {
    expect(turnRound("Send {{count}} <bold>answers</bold>")).toBe(
      "\u202eSend\u202c {{count}} <bold>\u202eanswers\u202c</bold>",
    );
  });

  it("keeps the keys", () => {
    expect(turnAllRound({ a: { b: "c" } })).toEqual({ a: { b: "\u202ec\u202c" } });
  });

  it("counts in the six forms of Arabic, so that no number is without a word", () => {
    const forms = Object.keys(turnAllRound({ task_one: "task", task_other: "tasks" }));
    const wanted = new Intl.PluralRules("ar").resolvedOptions().pluralCategories;
    expect(forms.sort()).toEqual(wanted.map((form) => `task_${form}`).sort());
  });
});
