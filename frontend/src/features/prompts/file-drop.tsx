import { Button, FileButton } from "@mantine/core";
import { useState } from "react";
import type { DragEvent } from "react";

import { formatBytes } from "@/components/formats";

import classes from "./file-drop.module.css";

const ENDINGS = ".jsonl,.ndjson,.csv";

/** A place to drop a file on, with a button that does the same. */
export function FileDrop({ file, onChoose }: { file: File | null; onChoose: (file: File | null) => void }) {
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
        {file ? `${file.name}, ${formatBytes(file.size)}` : "Drop a JSON Lines or CSV file here"}
      </p>
      <FileButton accept={ENDINGS} onChange={onChoose} inputProps={{ "aria-label": "File of prompts" }}>
        {(props) => (
          <Button {...props} variant="default">
            {file ? "Choose another file" : "Choose a file"}
          </Button>
        )}
      </FileButton>
    </div>
  );
}
