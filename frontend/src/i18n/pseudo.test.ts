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
});
