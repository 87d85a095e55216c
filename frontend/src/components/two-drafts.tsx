import { Button, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";

import { Modal } from "./dialogs";
import classes from "./two-drafts.module.css";

interface Side {
  title: string;
  draft: ReactNode;
  /** What the button says that goes on with this one. */
  takeWords: string;
}

/** The same work stands in two drafts; a person says which of the two goes on. */
export function TwoDrafts({
  title,
  words,
  size,
  mine,
  theirs,
  onResolve,
}: {
  title: string;
  words: string;
  size: string;
  mine: Side;
  theirs: Side;
  onResolve: (choice: "mine" | "theirs") => void;
}) {
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      size={size}
      title={title}
      transitionProps={{ duration: 0 }}
    >
      {/* Not on a button: whoever is typing when this opens must not choose by accident. */}
      <Text c="dimmed" tabIndex={-1} data-autofocus style={{ outline: "none" }}>
        {words}
      </Text>
      <div className={classes.sides}>
        {[mine, theirs].map((side) => (
          <section key={side.title} className={classes.side} aria-label={side.title}>
            <h3>{side.title}</h3>
            {side.draft}
          </section>
        ))}
      </div>
      <Group grow>
        <Button onClick={() => onResolve("mine")}>{mine.takeWords}</Button>
        <Button variant="default" onClick={() => onResolve("theirs")}>
          {theirs.takeWords}
        </Button>
      </Group>
    </Modal>
  );
}
