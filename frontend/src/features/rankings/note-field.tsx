import { Textarea } from "@mantine/core";
import { useEffect, useRef } from "react";

import { KeyHint } from "@/components/key-hint";

import classes from "./note-field.module.css";

// What the server takes.
const MAX_CHARACTERS = 2_000;

/** The remark in one quiet line, and the way into it. */
export function NoteLine({ note, onOpen }: { note: string; onOpen: () => void }) {
  return (
    <button type="button" className={classes.line} onClick={onOpen}>
      <KeyHint>N</KeyHint>
      <span className={classes.text}>{note || "Add a note"}</span>
    </button>
  );
}

/** A remark on one completion, while it is being written. */
export function NoteField({
  note,
  onClose,
  onChange,
}: {
  note: string;
  onClose: () => void;
  onChange: (note: string) => void;
}) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <Textarea
      ref={field}
      aria-label="Note on this completion"
      placeholder="What should the researchers know? Esc leaves the note."
      autosize
      minRows={1}
      maxRows={5}
      maxLength={MAX_CHARACTERS}
      value={note}
      onChange={(event) => onChange(event.currentTarget.value)}
      onBlur={onClose}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    />
  );
}
