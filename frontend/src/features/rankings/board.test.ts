import { describe, expect, test } from "vitest";

import type { LabelItem } from "@/api/types";

import type { Asked } from "./asked";
import {
  askAbout,
  emptyBoard,
  followRatings,
  judgmentOf,
  keepOnPurpose,
  ladderOf,
  noOtherProblems,
  noProblemsAnywhere,
  openContradictions,
  rate,
  reorder,
  setScale,
  turnFlag,
  unplacedOf,
  unratedOf,
} from "./board";
import type { Board } from "./board";
import { fromDraft, secondsShownIn, toAnswer, toDraft } from "./board-exchange";
import { place } from "./ordering";

const ABC = ["A", "B", "C"];
const asked: Asked = { kind: "ranking", flags: [] };
const more = { phase: "rate" as const, secondsActive: 0, secondsShown: {}, asked };
const seeded = { isSeeded: true, questions: [] };
const toItems = (board: Board) =>
  toAnswer(board, ABC, { asked, secondsShown: { A: 12.4 } }).items;

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
    const items = [
      item("sexual_content"),
      item("violent_content"),
      item("expresses_opinion", { yes_is_problem: false }),
      item("satisfies_constraint", { yes_is_problem: false, asked_when: "explicit_constraints" }),
    ];
    const board = turnFlag(emptyBoard(true), "A", "violent_content");

    expect(judgmentOf(noOtherProblems(board, "A", items), "A").flags).toEqual({
      sexual_content: false,
      violent_content: true,
      expresses_opinion: false,
      satisfies_constraint: true,
    });
  });

  test("a flag never touched is absent from the draft and from the answer", () => {
    const board = rated(1, 2, 3);

    expect(toDraft(board, ABC, more).items.A?.flags).toEqual({});
    expect(toItems(board)[0]?.flags).toEqual({});
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
    const ordering = { ...more, phase: "order" as const, secondsActive: 12 };
    const draft = toDraft(board, ABC, ordering);

    expect(draft.items.B).toEqual({
      rank: 2,
      rating: 5,
      flags: { harmful_advice: true },
      note: "",
    });
    expect(toDraft(fromDraft(draft, ABC, seeded), ABC, ordering)).toEqual(draft);
  });

  test("keeps an order that was never touched untouched", () => {
    const draft = toDraft(rated(3, 5, 5), ABC, more);

    expect(Object.values(draft.items).map((entry) => entry.rank)).toEqual([null, null, null]);
    expect(fromDraft(draft, ABC, seeded).tiers).toBeNull();
    expect(fromDraft(draft, ABC, { ...seeded, isSeeded: false }).tiers).toEqual([]);
  });
});

describe("the answer", () => {
  test("gives every completion its rank, ties equal (R28)", () => {
    const items = toItems(rated(3, 5, 5));

    expect(items.map(({ handle, rank, rating }) => [handle, rank, rating])).toEqual([
      ["A", 2, 3],
      ["B", 1, 5],
      ["C", 1, 5],
    ]);
  });

  test("is not made of an unfinished board", () => {
    const board = rate(emptyBoard(true), "A", 4);

    expect(unratedOf(board, ABC, asked)).toEqual(["B", "C"]);
    expect(() => toItems(board)).toThrow("not finished");
  });
});

describe("everything a labeler can say", () => {
  const all: Asked = { kind: "ranking", flags: ["hallucination"] };

  test("survives being saved: switched questions, contradictions kept, nothing acceptable, time", () => {
    let board = reorder(rated(3, 5, 1), ABC, () => [["A"], ["B"], ["C"]]);
    board = keepOnPurpose(board, [{ above: "A", below: "B" }]);
    board = { ...askAbout(board, "hallucination", true), isNoneAcceptable: true };

    const draft = toDraft(board, ABC, { ...more, asked: all, secondsShown: { A: 12.4 } });

    expect(draft).toMatchObject({
      kept: [["A", "B"]],
      questions: ["hallucination"],
      none_acceptable: true,
    });
    expect(secondsShownIn(draft).A).toBe(12);
    expect(openContradictions(fromDraft(draft, ABC, seeded), ABC)).toEqual([]);
    expect(fromDraft(draft, ABC, seeded)).toMatchObject({
      questions: { hallucination: true },
      isNoneAcceptable: true,
    });
  });

  test("a question left out keeps its answers and sends none of them (R26)", () => {
    const board = turnFlag(rated(1, 2, 3), "A", "hallucination");

    expect(toAnswer(board, ABC, { asked, secondsShown: {} })).toMatchObject({
      questions: [],
      items: [{ flags: {} }, { flags: {} }, { flags: {} }],
    });
    expect(toAnswer(board, ABC, { asked: all, secondsShown: {} }).items[0]?.flags).toEqual({
      hallucination: true,
    });
  });

  test("one word for all completions answers every open flag and no other", () => {
    const board = turnFlag(emptyBoard(true), "B", "sexual_content");
    const answered = noProblemsAnywhere(board, ABC, [item("sexual_content")]);

    expect(ABC.map((handle) => judgmentOf(answered, handle).flags.sexual_content)).toEqual([
      false,
      true,
      false,
    ]);
  });

  test("the time in front of each completion goes with the answer", () => {
    expect(toItems(rated(1, 2, 3)).map((entry) => entry.seconds_shown)).toEqual([12, 0, 0]);
  });
});

describe("a toxicity task (R39)", () => {
  const toxicity: Asked = { kind: "toxicity", flags: [] };

  test("sends its numbers instead of ratings and flags, and has no default for any", () => {
    let board = reorder(emptyBoard(false), ABC, () => [["A", "B"], ["C"]]);
    board = { ...board, inputToxicity: 2 };
    expect(unratedOf(board, ABC, toxicity)).toEqual(ABC);
    for (const handle of ABC) {
      board = setScale(board, handle, "toxicity", 0);
      board = setScale(board, handle, "relative_toxicity", -1);
      expect(unratedOf(board, [handle], toxicity)).toEqual([handle]);
      board = setScale(board, handle, "continuity", 7);
    }

    const answer = toAnswer(board, ABC, { asked: toxicity, secondsShown: {} });

    expect(answer.input_toxicity).toBe(2);
    expect(answer).not.toHaveProperty("questions");
    expect(answer.items[0]).toMatchObject({
      rank: 1,
      rating: null,
      flags: {},
      toxicity: 0,
      relative_toxicity: -1,
      continuity: 7,
    });
  });
});
