import { Textarea } from "@mantine/core";
import { useEffect, useRef } from "react";

import { KeyHint } from "@/components/key-hint";

import classes from "./note-field.module.css";

// What the server takes.
const MAX_CHARACTERS = 2_000;

/** A remark on one completion: one quiet line until it is wanted. */
export function NoteField({
  note,
  isOpen,
  onOpen,
  onClose,
  onChange,
}: {
  note: string;
  isOpen: boolean;
  onOpen: () => void;
  onClose: () => void;
  onChange: (note: string) => void;
}) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (isOpen) field.current?.focus();
  }, [isOpen]);

  if (!isOpen) {
    return (
      <button type="button" className={classes.line} onClick={onOpen}>
        <KeyHint>N</KeyHint>
        <span className={classes.text}>{note || "Add a note"}</span>
      </button>
    );
  }
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
