import { Button, Group, Text } from "@mantine/core";

import { Modal } from "@/components/dialogs";

import type { Board } from "./board";
import { judgmentOf, ladderOf, ratingsOf } from "./board";
import classes from "./draft-conflict.module.css";
import type { Handle } from "./ordering";

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
            {tier.map((handle) => `${letterOf(handle)} (${ratings[handle] ?? "not rated"})`).join(", ")}
          </li>
        ))}
      </ol>
      <p>
        {order.filter((handle) => ratings[handle] != null).length} of {order.length} rated,{" "}
        {numFlags} flags answered
      </p>
      {notes.map((handle) => (
        <p key={handle} dir="auto">
          {letterOf(handle)}: “{judgmentOf(board, handle).note}”
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
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      size="lg"
      title="There are two drafts of this task"
      transitionProps={{ duration: 0 }}
    >
      {/* Not on a button: whoever is typing when this opens must not choose by accident. */}
      <Text c="dimmed" tabIndex={-1} data-autofocus style={{ outline: "none" }}>
        A newer draft was saved from another tab or machine. Nothing is overwritten until you choose.
      </Text>
      <div className={classes.sides}>
        <BoardInWords title="In this window" board={mine} order={order} letterOf={letterOf} />
        <BoardInWords title="Saved elsewhere" board={theirs} order={order} letterOf={letterOf} />
      </div>
      <Group grow>
        <Button onClick={() => onResolve("mine")}>Go on with this window’s</Button>
        <Button variant="default" onClick={() => onResolve("theirs")}>
          Go on with the other one
        </Button>
      </Group>
    </Modal>
  );
}
