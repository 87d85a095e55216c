import { describe, expect, test } from "vitest";

import {
  contradictions,
  isSameOrder,
  moveTier,
  moveToOwnTier,
  place,
  placeInGap,
  placeOf,
  preferTo,
  ranksOf,
  remove,
  seedFromRatings,
  splitOff,
  tieAll,
  tiersOf,
  tieWith,
  tieWithAbove,
} from "./ordering";
import type { Tiers } from "./ordering";

/** "A BC D" reads: A on top, B and C tied below it, D at the bottom. */
function ladder(text: string): Tiers {
  return text.split(" ").map((tier) => [...tier]);
}
function text(tiers: Tiers): string {
  return tiers.map((tier) => [...tier].sort().join("")).join(" ");
}
const ABCD = ["A", "B", "C", "D"];

describe("ranks", () => {
  test("ties share a rank and the next tier takes the next number (R28)", () => {
    expect(ranksOf(ladder("A BC D"))).toEqual({ A: 1, B: 2, C: 2, D: 3 });
  });

  test("[1,3,3] and [1,2,2] are the same ranking (R28)", () => {
    const gapped = tiersOf({ A: 1, B: 3, C: 3 }, ["A", "B", "C"]);
    const dense = tiersOf({ A: 1, B: 2, C: 2 }, ["A", "B", "C"]);

    expect(isSameOrder(gapped, dense)).toBe(true);
    expect(ranksOf(gapped)).toEqual({ A: 1, B: 2, C: 2 });
  });

  test("a completion without a rank is not on the ladder", () => {
    expect(text(tiersOf({ A: 2, B: null, C: 1 }, ABCD))).toBe("C A");
  });

  test.each(["A B C D", "ABCD", "AB CD", "D C B A"])("%s survives the way to ranks and back", (it) => {
    expect(text(tiersOf(ranksOf(ladder(it)), ABCD))).toBe(it);
  });

  test("order within a tier does not matter", () => {
    expect(isSameOrder([["A", "B"], ["C"]], [["B", "A"], ["C"]])).toBe(true);
    expect(isSameOrder([["A"], ["B", "C"]], [["A", "B"], ["C"]])).toBe(false);
    expect(isSameOrder([["A"]], [["A"], ["B"]])).toBe(false);
  });
});

describe("the draft ladder from ratings", () => {
  test.each([
    [{ A: 3, B: 6, C: 3, D: 7 }, "D B AC"],
    [{ A: 4, B: 4, C: 4, D: 4 }, "ABCD"],
    [{ A: 1, B: null, C: 7, D: null }, "C A"],
  ])("%j gives %s", (ratings, expected) => {
    expect(text(seedFromRatings(ratings, ABCD))).toBe(expected);
  });

  test("no rating gives no tier", () => {
    expect(seedFromRatings({ A: null, B: null }, ["A", "B"])).toEqual([]);
  });
});

describe("moving", () => {
  test.each([
    // joining a tier, with indexes of the ladder before the move
    ["A B C D", "D", 0, "AD B C"],
    ["A B C D", "A", 2, "B AC D"],
    ["AB C D", "A", 0, "AB C D"],
    ["A B C D", "A", 9, "B C D A"],
  ])("%s: %s to tier index %i is %s", (before, handle, index, after) => {
    expect(text(place(ladder(before), handle, index))).toBe(after);
  });

  test.each([
    ["A B C D", "D", 0, "D A B C"],
    ["A B C D", "A", 2, "B A C D"],
    ["A B C D", "A", 4, "B C D A"],
    ["AB CD", "B", 1, "A B CD"],
    ["A B C D", "B", 1, "A B C D"],
  ])("%s: %s into gap %i is %s", (before, handle, gap, after) => {
    expect(text(placeInGap(ladder(before), handle, gap))).toBe(after);
  });

  test.each([
    ["A B C", "C", -1, "A BC"],
    ["A B C", "A", 1, "AB C"],
    ["A B C", "A", -1, "A B C"],
    ["A B C", "C", 1, "A B C"],
    ["A BC", "C", -1, "AC B"],
    ["A B", "X", -1, "A B X"],
  ] as const)("%s: %s one tier (%i) is %s", (before, handle, direction, after) => {
    expect(text(moveTier(ladder(before), handle, direction))).toBe(after);
  });

  test.each([
    ["A BC D", "C", -1, "A C B D"],
    ["A BC D", "C", 1, "A B C D"],
    ["A B C", "C", -1, "A C B"],
    ["A B C", "A", 1, "B A C"],
    ["A B C", "A", -1, "A B C"],
    ["A B C", "C", 1, "A B C"],
    ["ABC", "B", -1, "B AC"],
    ["ABC", "B", 1, "AC B"],
    ["A B", "X", -1, "X A B"],
    ["A B", "X", 1, "A B X"],
  ] as const)("%s: %s into its own tier (%i) is %s", (before, handle, direction, after) => {
    expect(text(moveToOwnTier(ladder(before), handle, direction))).toBe(after);
  });

  test("a tie joins the tier above, and on top changes nothing", () => {
    expect(text(tieWithAbove(ladder("A B C"), "B"))).toBe("AB C");
    expect(text(tieWithAbove(ladder("A B C"), "A"))).toBe("A B C");
  });

  test("all equal is one tier", () => {
    expect(tieAll(ABCD)).toEqual([ABCD]);
    expect(tieAll([])).toEqual([]);
  });

  test("taking the only completion of a tier away leaves no empty tier", () => {
    expect(text(remove(ladder("A B C"), "B"))).toBe("A C");
  });

  test("no move loses or doubles a completion", () => {
    const before = ladder("A BC D");
    for (const handle of ABCD) {
      for (let index = 0; index <= 4; index += 1) {
        for (const after of [place(before, handle, index), placeInGap(before, handle, index)]) {
          expect(after.flat().sort()).toEqual(ABCD);
          expect(after.every((tier) => tier.length > 0)).toBe(true);
        }
      }
    }
  });
});

describe("contradictions", () => {
  test("above in the order and below in the rating is one; a tie or a missing rating is none", () => {
    const ratings = { A: 3, B: 5, C: 3, D: null };

    expect(contradictions(ladder("A B C D"), ratings)).toEqual([{ above: "A", below: "B" }]);
    expect(contradictions(ladder("AB C D"), ratings)).toEqual([]);
    expect(contradictions(ladder("D B A C"), ratings)).toEqual([]);
  });

  test("the draft from ratings never contradicts them", () => {
    const ratings = { A: 2, B: 7, C: 2, D: 5 };

    expect(contradictions(seedFromRatings(ratings, ABCD), ratings)).toEqual([]);
  });

  test("a reversed order of nine contradicts in all 36 pairs (R29)", () => {
    const handles = [..."ABCDEFGHI"];
    // Ratings repeat nothing here so that each pair has an order.
    const ratings = Object.fromEntries(handles.map((handle, index) => [handle, index]));

    expect(contradictions(handles.map((handle) => [handle]), ratings)).toHaveLength(36);
  });
});

test.each([
  ["A BC D", "A", { tier: 1, numTiers: 3, tiedWith: [] }],
  ["A BCD", "C", { tier: 2, numTiers: 2, tiedWith: ["B", "D"] }],
  ["A B", "X", { tier: null, numTiers: 2, tiedWith: [] }],
])("%s: the place of %s", (tiers, handle, expected) => {
  expect(placeOf(ladder(tiers), handle)).toEqual(expected);
});

describe("what a comparison says", () => {
  test.each([
    ["A B C", "C", "A", "C A B"],
    ["A B C", "A", "C", "A B C"],
    ["AB C", "B", "A", "B A C"],
    ["B", "A", "B", "A B"],
    ["B", "B", "A", "B A"],
    ["C", "A", "B", "C A B"],
  ])("%s: %s over %s is %s", (before, better, worse, after) => {
    expect(text(preferTo(ladder(before), better, worse))).toBe(after);
  });

  test.each([
    ["A B C", "A", "C", "AC B"],
    ["AB C", "A", "B", "AB C"],
    ["C", "A", "B", "C AB"],
  ])("%s: %s equal to %s is %s", (before, first, second, after) => {
    expect(text(tieWith(ladder(before), first, second))).toBe(after);
  });

  test("what it finds as it was said is left as it is", () => {
    const before = ladder("A B C");

    expect(preferTo(before, "A", "C")).toBe(before);
    expect(tieWith(ladder("AB C"), "A", "B")).toEqual(ladder("AB C"));
  });
});

test.each([
  ["A BCD", "C", "A BD C"],
  ["A B", "B", "A B"],
])("%s: %s taken out of its tie is %s", (before, handle, after) => {
  expect(text(splitOff(ladder(before), handle))).toBe(after);
});
