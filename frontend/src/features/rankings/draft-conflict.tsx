import { useTranslation } from "react-i18next";

import { TwoDrafts } from "@/components/two-drafts";

import type { Board } from "./board";
import { judgmentOf, ladderOf, ratingsOf } from "./board";
import classes from "./draft-conflict.module.css";
import type { Handle } from "./ordering";
import { listWords } from "./words";

function BoardInWords({
  board,
  order,
  letterOf,
}: {
  board: Board;
  order: readonly Handle[];
  letterOf: (handle: Handle) => string;
}) {
  const { t } = useTranslation("rankings");
  const ratings = ratingsOf(board, order);
  const numFlags = order.reduce(
    (sum, handle) => sum + Object.keys(judgmentOf(board, handle).flags).length,
    0,
  );
  const notes = order.filter((handle) => judgmentOf(board, handle).note !== "");
  return (
    <>
      <ol className={classes.ladder}>
        {ladderOf(board, order).map((tier) => (
          <li key={tier.join()}>
            {listWords(
              tier.map((handle) =>
                t("conflict.withRating", {
                  letter: letterOf(handle),
                  rating: ratings[handle] ?? t("conflict.notRated"),
                }),
              ),
            )}
          </li>
        ))}
      </ol>
      <p className={classes.line}>
        {t("conflict.rated", {
          numRated: order.filter((handle) => ratings[handle] != null).length,
          count: order.length,
          numFlags,
        })}
      </p>
      {notes.map((handle) => (
        <p key={handle} className={classes.line} dir="auto">
          {t("conflict.noteOf", {
            letter: letterOf(handle),
            note: judgmentOf(board, handle).note,
          })}
        </p>
      ))}
    </>
  );
}

/** The same task was worked on in two places; a person says which of the two goes on. */
export function DraftConflict({
  mine,
  theirs,
  order,
  letterOf,
  onResolve,
}: {
  mine: Board;
  theirs: Board;
  order: readonly Handle[];
  letterOf: (handle: Handle) => string;
  onResolve: (choice: "mine" | "theirs") => void;
}) {
  const { t } = useTranslation("rankings");
  return (
    <TwoDrafts
      title={t("conflict.title")}
      words={t("conflict.words")}
      size="lg"
      mine={{
        title: t("conflict.mine"),
        draft: <BoardInWords board={mine} order={order} letterOf={letterOf} />,
        takeWords: t("conflict.goOnMine"),
      }}
      theirs={{
        title: t("conflict.theirs"),
        draft: <BoardInWords board={theirs} order={order} letterOf={letterOf} />,
        takeWords: t("conflict.goOnTheirs"),
      }}
      onResolve={onResolve}
    />
  );
}
