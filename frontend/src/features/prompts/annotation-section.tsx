import { Button, NativeSelect, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";

import { chosen } from "@/api/chosen";
import type { Category, PromptDetail } from "@/api/research-types";
import type { Catalogue } from "@/api/types";
import { labelOf } from "@/api/words";
import { countOf } from "@/components/formats";
import { Moment } from "@/components/moment";
import { ProblemNote } from "@/components/problem-note";
import { Section } from "@/components/section";

import classes from "./annotation-section.module.css";
import { useAnnotatePrompt } from "./prompt-queries";

type Answer = "yes" | "no" | "open";
type Answers = Record<string, Answer>;

const ANSWERS = [
  { value: "yes", label: "Yes" },
  { value: "no", label: "No" },
  { value: "open", label: "Open" },
];

function answersOf(flags: Record<string, boolean>, keys: string[]): Answers {
  return Object.fromEntries(
    keys.map((key): [string, Answer] => [key, key in flags ? (flags[key] ? "yes" : "no") : "open"]),
  );
}

function flagsOf(answers: Answers): Record<string, boolean | null> {
  return Object.fromEntries(
    Object.entries(answers).map(([key, answer]) => [key, answer === "open" ? null : answer === "yes"]),
  );
}

function labelIn(entries: { key: string; label: string }[], key: string): string {
  return entries.find((entry) => entry.key === key)?.label ?? labelOf(key);
}

/** All that may be said of a prompt by yes or no: what is true of it, and what it tries a model with. */
function questionsOf({ prompt_flags: flags, adversarial_tags: tags }: Catalogue) {
  return [...flags, ...tags];
}

function FlagRow({
  label,
  value,
  onChange,
}: {
  label: string;
  value: Answer;
  onChange: (answer: Answer) => void;
}) {
  return (
    <div className={classes.flag}>
      <span>{label}</span>
      <SegmentedControl
        size="xs"
        aria-label={label}
        data={ANSWERS}
        value={value}
        onChange={(answer) => onChange(answer as Answer)}
      />
    </div>
  );
}

function Form({ prompt, catalogue, onDone }: { prompt: PromptDetail; catalogue: Catalogue; onDone: () => void }) {
  const [category, setCategory] = useState<string>(prompt.category ?? "");
  const [answers, setAnswers] = useState(() =>
    answersOf(prompt.flags, questionsOf(catalogue).map(({ key }) => key)),
  );
  const annotate = useAnnotatePrompt(prompt.id);
  const groups = [
    { title: "What is true of the prompt", questions: catalogue.prompt_flags },
    { title: "What it tries a model with", questions: catalogue.adversarial_tags },
  ];

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    const said = { category: chosen<Category>(category || undefined) ?? null, flags: flagsOf(answers) };
    annotate.mutate(said, { onSuccess: onDone });
  }

  return (
    <form onSubmit={submit} className={classes.form}>
      {annotate.isError && <ProblemNote error={annotate.error} title="It was not stored" />}
      <NativeSelect
        label="Category"
        data={[
          { value: "", label: "None" },
          ...catalogue.categories.map(({ key, label }) => ({ value: key, label })),
        ]}
        value={category}
        onChange={(event) => setCategory(event.currentTarget.value)}
      />
      {groups.map(({ title, questions }) => (
        <fieldset key={title} className={classes.flags}>
          <legend>{title}</legend>
          {questions.map(({ key, label }) => (
            <FlagRow
              key={key}
              label={label}
              value={answers[key] ?? "open"}
              onChange={(answer) => setAnswers({ ...answers, [key]: answer })}
            />
          ))}
        </fieldset>
      ))}
      <div className={classes.actions}>
        <Button type="submit" loading={annotate.isPending}>
          Save
        </Button>
        <Button variant="default" onClick={onDone}>
          Leave it
        </Button>
      </div>
    </form>
  );
}

function Said({
  category,
  flags,
  catalogue,
}: {
  category: string | null;
  flags: Record<string, boolean>;
  catalogue: Catalogue;
}) {
  const answered = Object.entries(flags).map(
    ([key, isSet]) => `${labelIn(questionsOf(catalogue), key)}: ${isSet ? "yes" : "no"}`,
  );
  const named = category === null ? "No category" : labelIn(catalogue.categories, category);
  return <>{[named, ...answered].join(" · ")}</>;
}

/** What the prompt asks for, edited in place, with everything that was said about it before. */
export function AnnotationSection({ prompt, catalogue }: { prompt: PromptDetail; catalogue: Catalogue }) {
  const [isEditing, setIsEditing] = useState(false);
  const { annotations } = prompt;
  return (
    <Section
      title="Category and flags"
      isSheet
      actions={
        !isEditing && (
          <Button variant="default" onClick={() => setIsEditing(true)}>
            Change
          </Button>
        )
      }
    >
      {isEditing ? (
        <Form prompt={prompt} catalogue={catalogue} onDone={() => setIsEditing(false)} />
      ) : (
        <p className={classes.said}>
          <Said category={prompt.category} flags={prompt.flags} catalogue={catalogue} />
        </p>
      )}
      {annotations.length > 0 && (
        <details className={classes.history}>
          <summary>{countOf(annotations.length, "annotation")}</summary>
          <ol>
            {annotations.map((one) => (
              <li key={one.id}>
                <span className={classes.who}>
                  {one.annotator_name ?? "Unknown"}, <Moment at={one.created_at} />, catalogue{" "}
                  {one.schema_revision}
                </span>
                <Said category={one.category} flags={one.flags} catalogue={catalogue} />
              </li>
            ))}
          </ol>
        </details>
      )}
    </Section>
  );
}
