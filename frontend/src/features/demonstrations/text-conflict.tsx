import { Button, Group, Text } from "@mantine/core";

import { Modal } from "@/components/dialogs";
import { ReadText } from "@/components/read-text";

import classes from "./text-conflict.module.css";

/** The same answer was written in two places; a person says which of the two goes on. */
export function TextConflict({
  mine,
  theirs,
  onResolve,
}: {
  mine: string;
  theirs: string;
  onResolve: (choice: "mine" | "theirs") => void;
}) {
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      size="90rem"
      title="There are two drafts of this answer"
      transitionProps={{ duration: 0 }}
    >
      {/* Not on a button: whoever is typing when this opens must not choose by accident. */}
      <Text c="dimmed" tabIndex={-1} data-autofocus style={{ outline: "none" }}>
        A newer draft was saved from another tab or machine. Nothing is overwritten until you choose.
      </Text>
      <div className={classes.sides}>
        <section className={classes.side} aria-label="In this window">
          <h3>In this window</h3>
          <ReadText text={mine} />
        </section>
        <section className={classes.side} aria-label="Saved elsewhere">
          <h3>Saved elsewhere</h3>
          <ReadText text={theirs} />
        </section>
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
