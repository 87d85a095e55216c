import { Textarea } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { CommandKey } from "./command-key";
import classes from "./note-field.module.css";

// What the server takes.
const MAX_CHARACTERS = 2_000;

/** The remark in one quiet line, and the way into it. */
export function NoteLine({ note, onOpen }: { note: string; onOpen: () => void }) {
  const { t } = useTranslation("rankings");
  return (
    <button type="button" className={classes.line} onClick={onOpen}>
      <CommandKey id="note" />
      <span className={classes.text}>{note || t("addNote")}</span>
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
  const { t } = useTranslation("rankings");
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <Textarea
      ref={field}
      aria-label={t("note")}
      placeholder={t("notePlaceholder")}
      dir="auto"
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
