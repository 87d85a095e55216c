/** How a board travels: as the draft that is saved, and as the answer that is sent. */
import type { RankingDraft, RankingRequest } from "@/api/types";

import { COMPLETION_SCALES } from "./asked";
import type { Asked, CompletionScale } from "./asked";
import { emptyBoard, judgmentOf, ladderOf } from "./board";
import type { Board, Judgment, Phase } from "./board";
import { ranksOf, tiersOf } from "./ordering";
import type { Handle } from "./ordering";

type DraftItem = RankingDraft["items"][string];
type Questions = NonNullable<RankingDraft["questions"]>;
/** Seconds for which each completion was in front of the labeler. */
export type SecondsShown = Readonly<Record<Handle, number>>;

function scalesOf(item: DraftItem | undefined): Judgment["scales"] {
  const given = COMPLETION_SCALES.map((key) => [key, item?.[key] ?? null] as const);
  return Object.fromEntries(
    given.filter((entry): entry is readonly [CompletionScale, number] => entry[1] !== null),
  );
}

/** The draft as it is saved. While the order only follows the ratings there is no rank to save. */
export function toDraft(
  board: Board,
  order: readonly Handle[],
  more: { phase: Phase; secondsActive: number; secondsShown: SecondsShown; asked: Asked },
): RankingDraft {
  const ranks = board.tiers ? ranksOf(board.tiers) : {};
  const items = order.map((handle): [Handle, DraftItem] => {
    const { rating, flags, note, scales } = judgmentOf(board, handle);
    const seconds = more.secondsShown[handle];
    return [
      handle,
      {
        rank: ranks[handle] ?? null,
        rating,
        flags: { ...flags },
        note,
        ...scales,
        ...(seconds === undefined ? {} : { seconds_shown: Math.round(seconds) }),
      },
    ];
  });
  const isRanking = more.asked.kind === "ranking";
  return {
    items: Object.fromEntries(items),
    seconds_active: more.secondsActive,
    phase: more.phase,
    kept: board.kept.map((pair) => pair.split(">")),
    ...(isRanking
      ? { questions: [...more.asked.flags] as Questions, none_acceptable: board.isNoneAcceptable }
      : { input_toxicity: board.inputToxicity }),
  };
}

/** What the labeler switched: where the draft's questions differ from those of the task. */
function overridesIn(draft: RankingDraft, questions: readonly string[]): Board["questions"] {
  const asked = draft.questions as readonly string[] | null | undefined;
  if (!asked) return {};
  const added = asked.filter((key) => !questions.includes(key)).map((key) => [key, true] as const);
  const left = questions.filter((key) => !asked.includes(key)).map((key) => [key, false] as const);
  return Object.fromEntries([...added, ...left]);
}

export function fromDraft(
  draft: RankingDraft,
  order: readonly Handle[],
  task: { isSeeded: boolean; questions: readonly string[] },
): Board {
  const ranks = Object.fromEntries(order.map((handle) => [handle, draft.items[handle]?.rank ?? null]));
  const isOrdered = Object.values(ranks).some((rank) => rank !== null);
  const known = order.filter((handle) => draft.items[handle]);
  const judgments = known.map((handle): [Handle, Judgment] => {
    const item = draft.items[handle];
    return [
      handle,
      {
        rating: item?.rating ?? null,
        flags: item?.flags ?? {},
        note: item?.note ?? "",
        scales: scalesOf(item),
      },
    ];
  });
  return {
    ...emptyBoard(task.isSeeded),
    judgments: Object.fromEntries(judgments),
    tiers: isOrdered || !task.isSeeded ? tiersOf(ranks, order) : null,
    kept: (draft.kept ?? []).map((pair) => pair.join(">")),
    questions: overridesIn(draft, task.questions),
    isNoneAcceptable: draft.none_acceptable ?? false,
    inputToxicity: draft.input_toxicity ?? null,
  };
}

export function secondsShownIn(draft: RankingDraft | null | undefined): SecondsShown {
  const items = Object.entries(draft?.items ?? {});
  return Object.fromEntries(items.map(([handle, item]) => [handle, item.seconds_shown ?? 0]));
}

/** What the board says of each completion, in the order shown. Raises while it is not finished. */
function toItems(
  board: Board,
  order: readonly Handle[],
  asked: Asked,
  secondsShown: SecondsShown,
): RankingRequest["items"] {
  const ranks = ranksOf(ladderOf(board, order));
  return order.map((handle) => {
    const { rating, flags, note, scales } = judgmentOf(board, handle);
    const rank = ranks[handle];
    const isRanking = asked.kind === "ranking";
    if (rank === undefined || (isRanking && rating === null)) {
      throw new Error("The board is not finished");
    }
    const answered = Object.entries(flags).filter(([key]) => asked.flags.includes(key));
    return {
      handle,
      rank,
      rating: isRanking ? rating : null,
      flags: Object.fromEntries(answered),
      note,
      seconds_shown: Math.round(secondsShown[handle] ?? 0),
      ...(isRanking ? {} : scales),
    };
  });
}

/** The answer but for the key that makes it arrive once. Raises while the board is not finished. */
export function toAnswer(
  board: Board,
  order: readonly Handle[],
  more: { asked: Asked; secondsShown: SecondsShown },
): Pick<RankingRequest, "items" | "questions" | "none_acceptable" | "input_toxicity"> {
  const items = toItems(board, order, more.asked, more.secondsShown);
  if (more.asked.kind === "toxicity") return { items, input_toxicity: board.inputToxicity };
  return {
    items,
    questions: [...more.asked.flags] as Questions,
    none_acceptable: board.isNoneAcceptable,
  };
}
