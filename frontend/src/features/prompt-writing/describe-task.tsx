import { Button, Textarea } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import { useKeptText } from "@/api/kept-text";
import type { TaskDescription } from "@/api/types";
import { EmptyNote } from "@/components/empty-note";
import { Loaded } from "@/components/loaded";
import { MoreButton } from "@/components/more-button";
import { ProblemNote } from "@/components/problem-note";
import { ReadText } from "@/components/read-text";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";

import { descriptionsQuery, useDescribe, useWithdraw } from "./writing-queries";
import classes from "./writing.module.css";

const MAX_CHARACTERS = 4_000;

function DescribeForm() {
  const { t } = useTranslation("promptWriting");
  const draft = useKeptText("task-description");
  const describe = useDescribe();
  const wrong = describe.error instanceof ApiError ? describe.error.fields.text : undefined;

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (draft.text.trim() === "" || describe.isPending) return;
    describe.mutate(draft.text, { onSuccess: draft.forget });
  }

  return (
    <form className={classes.form} onSubmit={submit} aria-label={t("describe")}>
      <Textarea
        label={t("description")}
        placeholder={t("descriptionPlaceholder")}
        autosize
        minRows={4}
        maxRows={16}
        maxLength={MAX_CHARACTERS}
        dir="auto"
        value={draft.text}
        error={wrong?.join(" ")}
        onChange={(event) => {
          draft.write(event.currentTarget.value);
          if (!describe.isPending) describe.reset();
        }}
      />
      {describe.isError && (
        <ProblemNote error={describe.error} title={t("notStored")} shownFields={["text"]} />
      )}
      <div className={classes.line}>
        <Button type="submit" disabled={draft.text.trim() === ""} loading={describe.isPending}>
          {t("publish")}
        </Button>
        <span role="status" className={classes.quiet}>
          {describe.isSuccess && t("published")}
        </span>
      </div>
    </form>
  );
}

function OwnDescription({ description }: { description: TaskDescription }) {
  const { t } = useTranslation("promptWriting");
  const withdraw = useWithdraw();
  return (
    <li className={classes.row}>
      <div>
        <ReadText text={description.text} />
        <p className={classes.quiet}>{t("usedTimes", { count: description.num_prompts })}</p>
        {withdraw.isError && <ProblemNote error={withdraw.error} title={t("notWithdrawn")} />}
      </div>
      {description.withdrawn_at === null ? (
        <Button
          variant="default"
          loading={withdraw.isPending}
          onClick={() => withdraw.mutate(description.id)}
        >
          {t("withdraw")}
        </Button>
      ) : (
        <span className={classes.quiet}>{t("withdrawn")}</span>
      )}
    </li>
  );
}

/** Tasks told for others to write from: one never gets one's own. */
export function DescribeTask() {
  const { t } = useTranslation("promptWriting");
  const mine = useInfiniteQuery(descriptionsQuery("mine"));
  return (
    <>
      <DescribeForm />
      <Section title={t("myDescriptions")}>
        <Loaded query={mine} skeleton={<TableSkeleton numRows={3} />}>
          {(rows) =>
            rows.length === 0 ? (
              <EmptyNote title={t("noneDescribed")} />
            ) : (
              <>
                <ul className={classes.list} aria-label={t("myDescriptions")}>
                  {rows.map((description) => (
                    <OwnDescription key={description.id} description={description} />
                  ))}
                </ul>
                <MoreButton list={mine} />
              </>
            )
          }
        </Loaded>
      </Section>
    </>
  );
}
