import { Button, Radio, Textarea } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import { useKeptText } from "@/api/kept-text";
import { ProblemNote } from "@/components/problem-note";

import { useAsk } from "./question-queries";
import classes from "./questions.module.css";

const MAX_CHARACTERS = 4_000;
type About = "task" | "project";

/** Asks about the task at hand or the project; what is not sent yet stays in this browser. */
export function AskForm({
  projectId,
  assignmentId = null,
}: {
  projectId: number;
  /** The task that lies open, where there is one. */
  assignmentId?: string | null;
}) {
  const { t } = useTranslation("questions");
  const draft = useKeptText(`question:${projectId}`);
  const [about, setAbout] = useState<About>(assignmentId ? "task" : "project");
  const ask = useAsk();
  const isAboutTask = about === "task" && assignmentId !== null;

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    draft.markSent();
    ask.mutate(
      {
        ...(isAboutTask ? { assignment: assignmentId } : { project: projectId }),
        text: draft.text,
        client_key: draft.clientKey,
      },
      { onSuccess: draft.forget },
    );
  }

  return (
    <form onSubmit={submit} className={classes.ask} aria-label={t("askTitle")}>
      {assignmentId && (
        <Radio.Group
          label={t("about")}
          value={about}
          onChange={(value) => setAbout(value === "task" ? "task" : "project")}
        >
          <div className={classes.about}>
            <Radio value="task" label={t("aboutTask")} />
            <Radio value="project" label={t("aboutProject")} />
          </div>
        </Radio.Group>
      )}
      <Textarea
        label={t("yourQuestion")}
        description={isAboutTask ? t("taskWords") : t("kept")}
        autosize
        minRows={3}
        maxRows={12}
        maxLength={MAX_CHARACTERS}
        dir="auto"
        value={draft.text}
        error={ask.error instanceof ApiError ? ask.error.fields.text?.join(" ") : undefined}
        onChange={(event) => {
          draft.write(event.currentTarget.value);
          if (!ask.isPending) ask.reset();
        }}
      />
      {ask.isError && <ProblemNote error={ask.error} title={t("notSent")} shownFields={["text"]} />}
      <div className={classes.line}>
        <Button type="submit" disabled={draft.text.trim() === ""} loading={ask.isPending}>
          {t("ask")}
        </Button>
        <span role="status" className={classes.quiet}>
          {ask.isSuccess && t("sent")}
        </span>
      </div>
    </form>
  );
}
