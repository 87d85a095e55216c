import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Modal } from "@/components/dialogs";

import type { Board } from "./board";
import { judgmentOf, ladderOf, ratingsOf } from "./board";
import classes from "./draft-conflict.module.css";
import type { Handle } from "./ordering";
import { listWords } from "./words";

function BoardInWords({
  title,
  board,
  order,
  letterOf,
}: {
  title: string;
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
    <section className={classes.side} aria-label={title}>
      <h3>{title}</h3>
      <ol>
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
      <p>
        {t("conflict.rated", {
          numRated: order.filter((handle) => ratings[handle] != null).length,
          count: order.length,
          numFlags,
        })}
      </p>
      {notes.map((handle) => (
        <p key={handle} dir="auto">
          {t("conflict.noteOf", {
            letter: letterOf(handle),
            note: judgmentOf(board, handle).note,
          })}
        </p>
      ))}
    </section>
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
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      size="lg"
      title={t("conflict.title")}
      transitionProps={{ duration: 0 }}
    >
      {/* Not on a button: whoever is typing when this opens must not choose by accident. */}
      <Text c="dimmed" tabIndex={-1} data-autofocus style={{ outline: "none" }}>
        {t("conflict.words")}
      </Text>
      <div className={classes.sides}>
        <BoardInWords title={t("conflict.mine")} board={mine} order={order} letterOf={letterOf} />
        <BoardInWords title={t("conflict.theirs")} board={theirs} order={order} letterOf={letterOf} />
      </div>
      <Group grow>
        <Button onClick={() => onResolve("mine")}>{t("conflict.goOnMine")}</Button>
        <Button variant="default" onClick={() => onResolve("theirs")}>
          {t("conflict.goOnTheirs")}
        </Button>
      </Group>
    </Modal>
  );
}
