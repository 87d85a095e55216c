import { Button, FileButton } from "@mantine/core";
import { useState } from "react";
import type { DragEvent } from "react";

import classes from "./file-drop.module.css";
import { formatBytes } from "./formats";

/** A place to drop a file on, with a button that does the same. */
export function FileDrop({
  file,
  label,
  words,
  endings,
  onChoose,
}: {
  file: File | null;
  /** What the button is called for those who do not see the place. */
  label: string;
  /** What stands in the empty place. */
  words: string;
  /** Such as ".jsonl,.csv"; any file where it is missing. */
  endings?: string;
  onChoose: (file: File | null) => void;
}) {
  const [isOver, setIsOver] = useState(false);

  function drop(event: DragEvent) {
    event.preventDefault();
    setIsOver(false);
    const dropped = event.dataTransfer.files.item(0);
    if (dropped) onChoose(dropped);
  }

  return (
    <div
      className={classes.drop}
      data-over={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
    >
      <p className={classes.said} role="status" dir="auto">
        {file ? `${file.name}, ${formatBytes(file.size)}` : words}
      </p>
      <FileButton accept={endings} onChange={onChoose} inputProps={{ "aria-label": label }}>
        {(props) => (
          <Button {...props} variant="default">
            {file ? "Choose another file" : "Choose a file"}
          </Button>
        )}
      </FileButton>
    </div>
  );
}
