import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import { useKeptText } from "@/api/kept-text";
import { useTextCheck } from "@/api/text-checks";
import type { TextCheck } from "@/api/types";
import { formatCount } from "@/components/formats";
import { ProblemNote } from "@/components/problem-note";

import { CategorySelect } from "./category-select";
import { useWritePrompt } from "./writing-queries";
import classes from "./writing.module.css";

const MAX_CHARACTERS = 50_000;

function Length({ check }: { check: TextCheck | undefined }) {
  const { t } = useTranslation("promptWriting");
  if (!check) return null;
  const counts = { num: formatCount(check.num_tokens), max: formatCount(check.max_tokens) };
  return (
    <p className={classes.quiet}>
      {check.is_exact ? t("tokens", counts) : t("aboutTokens", counts)}
    </p>
  );
}

/** The limit that the text is over; null where it is not, or where nobody knows. */
function overLimit(check: TextCheck | undefined): number | null {
  return check && check.num_tokens > check.max_tokens ? check.max_tokens : null;
}

/** One prompt in its writer's words, plain or from somebody else's description. */
export function PromptForm({ description = null }: { description?: number | null }) {
  const { t } = useTranslation("promptWriting");
  const draft = useKeptText(`written-prompt:${description ?? "plain"}`);
  const [category, setCategory] = useState<string | null>(null);
  const write = useWritePrompt();
  const check = useTextCheck(draft.text);
  const tooLong = overLimit(check);
  const isReady = draft.text.trim() !== "" && tooLong === null;
  const wrong = write.error instanceof ApiError ? write.error.fields.text?.join(" ") : undefined;

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (!isReady || write.isPending) return;
    write.mutate(
      {
        kind: description === null ? "labeler_plain" : "labeler_user_based",
        text: draft.text,
        category,
        description,
      },
      { onSuccess: draft.forget },
    );
  }

  return (
    <form className={classes.form} onSubmit={submit} aria-label={t("store")}>
      <Textarea
        label={t("prompt")}
        placeholder={t("promptPlaceholder")}
        autosize
        minRows={6}
        maxRows={24}
        maxLength={MAX_CHARACTERS}
        dir="auto"
        value={draft.text}
        error={wrong ?? (tooLong !== null && t("tooLong", { max: formatCount(tooLong) }))}
        onChange={(event) => {
          draft.write(event.currentTarget.value);
          if (!write.isPending) write.reset();
        }}
      />
      <Length check={check} />
      <CategorySelect value={category} onChange={setCategory} />
      {write.isError && <ProblemNote error={write.error} title={t("notStored")} shownFields={["text"]} />}
      <div className={classes.line}>
        <Button type="submit" disabled={!isReady} loading={write.isPending}>
          {t("store")}
        </Button>
        <span role="status" className={classes.quiet}>
          {write.isSuccess && t("stored")}
        </span>
      </div>
    </form>
  );
}
