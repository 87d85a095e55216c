import { describe, expect, test } from "vitest";

import type { LabelItem } from "@/api/types";

import {
  emptyBoard,
  followRatings,
  fromDraft,
  judgmentOf,
  keepOnPurpose,
  ladderOf,
  noOtherProblems,
  openContradictions,
  rate,
  reorder,
  toDraft,
  toItems,
  turnFlag,
  unplacedOf,
  unratedOf,
} from "./board";
import type { Board } from "./board";
import { place } from "./ordering";

const ABC = ["A", "B", "C"];
const more = { phase: "rate" as const, secondsActive: 0 };

function rated(...ratings: number[]): Board {
  return ratings.reduce(
    (board, rating, index) => rate(board, ABC[index] ?? "", rating),
    emptyBoard(true),
  );
}
function item(key: string, change: Partial<LabelItem> = {}): LabelItem {
  return { key, label: key, kind: "flag", asked_when: "always", yes_is_problem: true, ...change };
}

describe("the draft ladder", () => {
  test("follows the ratings until the first move by hand", () => {
    const board = rated(3, 5, 5);
    expect(ladderOf(board, ABC)).toEqual([["B", "C"], ["A"]]);

    const moved = reorder(board, ABC, (tiers) => place(tiers, "A", 0));
    const rerated = rate(moved, "A", 1);

    expect(ladderOf(rerated, ABC)).toEqual([["B", "C", "A"]]);
    expect(ladderOf(followRatings(rerated), ABC)).toEqual([["B", "C"], ["A"]]);
  });

  test("a move that changes nothing does not count as ordering", () => {
    expect(reorder(rated(3, 5, 5), ABC, (tiers) => tiers).tiers).toBeNull();
  });

  test("without seeding every completion waits in the tray until it is placed", () => {
    const board = rate(emptyBoard(false), "A", 6);

    expect(ladderOf(board, ABC)).toEqual([]);
    expect(unplacedOf(board, ABC)).toEqual(ABC);
  });
});

describe("flags", () => {
  test("go from not answered to yes, then no, then yes", () => {
    const answers = [1, 2, 3].map((times) => {
      let board = emptyBoard(true);
      for (let press = 0; press < times; press += 1) board = turnFlag(board, "A", "harmful_advice");
      return judgmentOf(board, "A").flags.harmful_advice;
    });

    expect(judgmentOf(emptyBoard(true), "A").flags.harmful_advice).toBeUndefined();
    expect(answers).toEqual([true, false, true]);
  });

  test("no other problems answers the open ones and leaves the given ones", () => {
    const asked = [
      item("sexual_content"),
      item("violent_content"),
      item("expresses_opinion", { yes_is_problem: false }),
      item("satisfies_constraint", { yes_is_problem: false, asked_when: "explicit_constraints" }),
    ];
    const board = turnFlag(emptyBoard(true), "A", "violent_content");

    expect(judgmentOf(noOtherProblems(board, "A", asked), "A").flags).toEqual({
      sexual_content: false,
      violent_content: true,
      expresses_opinion: false,
      satisfies_constraint: true,
    });
  });

  test("a flag never touched is absent from the draft and from the answer", () => {
    const board = rated(1, 2, 3);

    expect(toDraft(board, ABC, more).items.A?.flags).toEqual({});
    expect(toItems(board, ABC)[0]?.flags).toEqual({});
  });
});

describe("contradictions", () => {
  test("are open until they are fixed or kept on purpose", () => {
    const board = reorder(rated(3, 5, 1), ABC, () => [["A"], ["B"], ["C"]]);
    expect(openContradictions(board, ABC)).toEqual([{ above: "A", below: "B" }]);

    expect(openContradictions(rate(board, "A", 5), ABC)).toEqual([]);
    expect(openContradictions(keepOnPurpose(board, [{ above: "A", below: "B" }]), ABC)).toEqual([]);
  });
});

describe("the draft", () => {
  test("restores what was entered (R31)", () => {
    const board = turnFlag(
      reorder(rated(3, 5, 5), ABC, () => [["C"], ["A", "B"]]),
      "B",
      "harmful_advice",
    );
    const draft = toDraft(board, ABC, { phase: "order", secondsActive: 12 });

    expect(draft.items.B).toEqual({
      rank: 2,
      rating: 5,
      flags: { harmful_advice: true },
      note: "",
    });
    const restored = fromDraft(draft, ABC, true);
    expect(toDraft(restored, ABC, { phase: "order", secondsActive: 12 })).toEqual(draft);
  });

  test("keeps an order that was never touched untouched", () => {
    const draft = toDraft(rated(3, 5, 5), ABC, more);

    expect(Object.values(draft.items).map((entry) => entry.rank)).toEqual([null, null, null]);
    expect(fromDraft(draft, ABC, true).tiers).toBeNull();
    expect(fromDraft(draft, ABC, false).tiers).toEqual([]);
  });
});

describe("the answer", () => {
  test("gives every completion its rank, ties equal (R28)", () => {
    const items = toItems(rated(3, 5, 5), ABC);

    expect(items.map(({ handle, rank, rating }) => [handle, rank, rating])).toEqual([
      ["A", 2, 3],
      ["B", 1, 5],
      ["C", 1, 5],
    ]);
  });

  test("is not made of an unfinished board", () => {
    const board = rate(emptyBoard(true), "A", 4);

    expect(unratedOf(board, ABC)).toEqual(["B", "C"]);
    expect(() => toItems(board, ABC)).toThrow("not finished");
  });
});
