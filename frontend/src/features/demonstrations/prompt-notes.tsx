import { useMutation } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, bodyOf } from "@/api/client";
import { sentenceFor } from "@/api/errors";
import type { Assignment, Catalogue, PromptAnnotation } from "@/api/types";
import { KeyHint } from "@/components/key-hint";

import classes from "./prompt-notes.module.css";

type Flags = Record<string, boolean | null>;
interface Said {
  category: string | null;
  flags: Flags;
}

function useAnnotation(assignment: Assignment) {
  const [said, setSaid] = useState<Said>({
    category: assignment.prompt.category,
    flags: assignment.prompt.flags,
  });
  const saving = useMutation({
    // One after the other, so that the last choice is the one that stays.
    scope: { id: `prompt-annotation:${assignment.id}` },
    mutationFn: (body: Said) =>
      bodyOf(
        api.PUT("/api/assignments/{assignment_id}/prompt-annotation/", {
          params: { path: { assignment_id: assignment.id } },
          // The keys come from the catalogue, which lists those that the server takes.
          body: body as PromptAnnotation,
        }),
      ),
  });
  return {
    said,
    saving,
    say: (next: Said) => {
      setSaid(next);
      saving.mutate(next);
    },
  };
}

/** Alt and a digit choose a category by its place; read by the key, whatever the layout prints. */
function categoryIndex(event: KeyboardEvent): number | null {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return null;
  const digit = /^Digit(\d)$/.exec(event.code)?.[1];
  if (digit === undefined) return null;
  return digit === "0" ? 9 : Number(digit) - 1;
}

/** Where there is little room the answer comes first; the notes open at a touch. */
function isNarrow(): boolean {
  return window.matchMedia("(max-width: 64rem)").matches;
}

function Flag({
  label,
  answer,
  onAnswer,
}: {
  label: string;
  answer: boolean | null;
  onAnswer: (answer: boolean | null) => void;
}) {
  const { t } = useTranslation("demonstrations");
  return (
    <li>
      <div className={classes.flag} role="group" aria-label={label}>
        <span>{label}</span>
        {([true, false] as const).map((value) => (
          <button
            key={String(value)}
            type="button"
            className={classes.answer}
            aria-pressed={answer === value}
            // The same key again leaves it open: an answer nobody meant is worse than none.
            onClick={() => onAnswer(answer === value ? null : value)}
          >
            {value ? t("yes") : t("no")}
          </button>
        ))}
      </div>
    </li>
  );
}

function FlagList({
  title,
  isTitleShown = false,
  flags,
  answers,
  onAnswer,
}: {
  title: string;
  isTitleShown?: boolean;
  flags: Catalogue["prompt_flags"];
  answers: Flags;
  onAnswer: (key: string, answer: boolean | null) => void;
}) {
  if (flags.length === 0) return null;
  return (
    <>
      {isTitleShown && <p className={classes.title}>{title}</p>}
      <ul className={classes.flags} aria-label={title}>
        {flags.map(({ key, label }) => (
          <Flag
            key={key}
            label={label}
            answer={answers[key] ?? null}
            onAnswer={(answer) => onAnswer(key, answer)}
          />
        ))}
      </ul>
    </>
  );
}

/** What a prompt asks for, said by the person who answers it, on the same page. */
export function PromptNotes({
  assignment,
  catalogue,
}: {
  assignment: Assignment;
  catalogue: Catalogue;
}) {
  const { t } = useTranslation("demonstrations");
  const { t: tCommon } = useTranslation("common");
  const { said, saving, say } = useAnnotation(assignment);
  const choose = (key: string) =>
    say({ ...said, category: said.category === key ? null : key });

  const answer = (key: string, yes: boolean | null) =>
    say({ ...said, flags: { ...said.flags, [key]: yes } });

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const index = categoryIndex(event);
    const category = index === null ? undefined : catalogue.categories[index];
    if (!category) return;
    event.preventDefault();
    choose(category.key);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);

  return (
    <details className={classes.notes} open={!isNarrow()}>
      <summary className={classes.head}>
        {t("aboutPrompt")}{" "}
        <span role="status" className={classes.state}>
          {saving.isSuccess && t("saved")}
        </span>
      </summary>
      <p className={classes.words}>{t("aboutPromptWords")}</p>
      {saving.isError && (
        <p className={classes.problem} role="alert">
          {t("notSaved", { reason: sentenceFor(saving.error) })}{" "}
          <button type="button" onClick={() => saving.mutate(said)}>
            {tCommon("retry")}
          </button>
        </p>
      )}
      <div className={classes.categories} role="group" aria-label={t("category")}>
        {catalogue.categories.map(({ key, label }, index) => (
          <button
            key={key}
            type="button"
            className={classes.category}
            aria-pressed={said.category === key}
            aria-keyshortcuts={`Alt+${(index + 1) % 10}`}
            onClick={() => choose(key)}
          >
            {label} <KeyHint>{`Alt ${(index + 1) % 10}`}</KeyHint>
          </button>
        ))}
      </div>
      <FlagList
        title={t("flags")}
        flags={catalogue.prompt_flags}
        answers={said.flags}
        onAnswer={answer}
      />
      <FlagList
        title={t("adversarial")}
        isTitleShown
        flags={catalogue.adversarial_tags}
        answers={said.flags}
        onAnswer={answer}
      />
    </details>
  );
}
