import { Button, Textarea } from "@mantine/core";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import type { FieldMessages } from "@/api/errors";
import type { FewShotExample, FewShotSet } from "@/api/types";
import { ProblemNote } from "@/components/problem-note";
import { ReadText } from "@/components/read-text";

import { CategorySelect } from "./category-select";
import { MAX_PAIRS, MIN_PAIRS, useSetDraft } from "./few-shot-draft";
import type { Pair } from "./few-shot-draft";
import { usePreviewSet, useWriteSet } from "./writing-queries";
import classes from "./writing.module.css";

function fieldsOf(error: unknown): FieldMessages {
  return error instanceof ApiError ? error.fields : {};
}

function PairFields({
  number,
  pair,
  wrong,
  onChange,
  onRemove,
}: {
  number: number;
  pair: Pair;
  wrong: FieldMessages;
  onChange: (part: Partial<Pair>) => void;
  onRemove: (() => void) | null;
}) {
  const { t } = useTranslation("promptWriting");
  const place = `pairs.${number - 1}`;
  return (
    <fieldset className={classes.pair}>
      <legend>{t("pair", { number })}</legend>
      {(["query", "response"] as const).map((name) => (
        <Textarea
          key={name}
          label={t(name)}
          autosize
          minRows={2}
          maxRows={12}
          dir="auto"
          value={pair[name]}
          error={wrong[`${place}.${name}`]?.join(" ")}
          onChange={(event) => onChange({ [name]: event.currentTarget.value })}
        />
      ))}
      {onRemove && (
        <button type="button" className={classes.quietButton} onClick={onRemove}>
          {t("removePair", { number })}
        </button>
      )}
    </fieldset>
  );
}

function Examples({ examples }: { examples: FewShotExample[] }) {
  const { t } = useTranslation("promptWriting");
  return (
    <ol className={classes.examples} aria-label={t("examplesCaption")}>
      {examples.map((example, index) => (
        <li key={index}>
          <p className={classes.label}>{t("example", { number: index + 1 })}</p>
          <ReadText text={example.prompt} isFixedWidth />
          <p className={classes.label}>{t("answered")}</p>
          <ReadText text={example.response} isFixedWidth />
        </li>
      ))}
    </ol>
  );
}

function useFewShot() {
  const set = useSetDraft();
  const write = useWriteSet();
  const preview = usePreviewSet();
  const { instruction, pairs, category, clientKey } = set.draft;
  const request: FewShotSet = {
    instruction,
    pairs,
    // The categories come from the catalogue, which lists those that the server takes.
    category: category as FewShotSet["category"],
    client_key: clientKey,
  };
  const isWhole =
    instruction.trim() !== "" &&
    pairs.every(({ query, response }) => query.trim() !== "" && response.trim() !== "");
  return {
    ...set,
    write,
    preview,
    isWhole,
    wrong: { ...fieldsOf(preview.error), ...fieldsOf(write.error) },
    /** What was shown and refused belongs to the words as they were. */
    forgetAnswers: () => {
      write.reset();
      preview.reset();
    },
    store: () => write.mutate(request, { onSuccess: () => set.forget() }),
    show: () => preview.mutate(request),
  };
}

/** One instruction with its pairs; every pair becomes a prompt that shows the others. */
export function FewShotForm() {
  const { t } = useTranslation("promptWriting");
  const set = useFewShot();
  const { draft, write, preview, wrong } = set;
  const edit = (change: () => void) => {
    set.forgetAnswers();
    change();
  };

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (set.isWhole && !write.isPending) set.store();
  }

  return (
    <form className={classes.form} onSubmit={submit} aria-label={t("fewShot")}>
      <Textarea
        label={t("instruction")}
        description={t("instructionWords")}
        autosize
        minRows={2}
        maxRows={12}
        dir="auto"
        value={draft.instruction}
        error={wrong.instruction?.join(" ")}
        onChange={(event) => {
          const instruction = event.currentTarget.value;
          edit(() => set.change({ instruction }));
        }}
      />
      {draft.pairs.map((pair, index) => (
        <PairFields
          key={index}
          number={index + 1}
          pair={pair}
          wrong={wrong}
          onChange={(part) => edit(() => set.changePair(index, part))}
          onRemove={
            draft.pairs.length > MIN_PAIRS ? () => edit(() => set.removePair(index)) : null
          }
        />
      ))}
      <div className={classes.line}>
        <Button
          variant="default"
          disabled={draft.pairs.length >= MAX_PAIRS}
          onClick={() => edit(set.addPair)}
        >
          {t("addPair")}
        </Button>
        <Button
          variant="default"
          disabled={!set.isWhole}
          loading={preview.isPending}
          onClick={set.show}
        >
          {t("preview")}
        </Button>
      </div>
      <CategorySelect
        value={draft.category}
        onChange={(category) => edit(() => set.change({ category }))}
      />
      {preview.isError && <ProblemNote error={preview.error} title={t("notPreviewed")} shownFields={Object.keys(wrong)} />}
      {preview.data && <Examples examples={preview.data} />}
      {write.isError && <ProblemNote error={write.error} title={t("notStored")} shownFields={Object.keys(wrong)} />}
      <div className={classes.line}>
        <Button type="submit" disabled={!set.isWhole} loading={write.isPending}>
          {t("storeSet", { count: draft.pairs.length })}
        </Button>
        <span role="status" className={classes.quiet}>
          {write.data && t("setStored", { count: write.data.num_prompts })}
        </span>
      </div>
    </form>
  );
}
