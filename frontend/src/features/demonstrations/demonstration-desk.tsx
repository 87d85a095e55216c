import { Button } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import i18next from "i18next";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { WorkplaceProps } from "@/api/assignments";
import { catalogueQuery } from "@/api/labeling";
import { useTextCheck } from "@/api/text-checks";
import type { TextCheck } from "@/api/types";
import type { Submitting } from "@/api/use-submission";
import { DraftBanner } from "@/components/draft-banner";
import { formatCount } from "@/components/formats";
import { KeyHint } from "@/components/key-hint";
import { LeaseState } from "@/components/lease-state";
import { ReadingPane } from "@/components/reading-pane";
import { SaveState } from "@/components/save-state";
import { SubmissionProgress } from "@/components/submission-state";
import { BarButton, WorkBar } from "@/components/work-bar";

import { AnswerEditor } from "./answer-editor";
import classes from "./demonstration-desk.module.css";
import { PromptNotes } from "./prompt-notes";
import { ReturnedNote } from "./returned-note";
import { SkipStrip } from "./skip-strip";
import { useSubmitDemonstration } from "./submit-demonstration";
import { TextConflict } from "./text-conflict";
import { TextCountsLine, tokensTooMany } from "./text-counts-line";
import { useDemonstrationDraft } from "./use-demonstration-draft";
import type { DemonstrationDraftHandle } from "./use-demonstration-draft";

function Bar({
  workplace,
  draft,
  isSkipping,
  onSkip,
}: {
  workplace: WorkplaceProps;
  draft: DemonstrationDraftHandle;
  isSkipping: boolean;
  onSkip: () => void;
}) {
  const { t } = useTranslation(["demonstrations", "common"]);
  const { project, instructions } = workplace.assignment;
  return (
    <WorkBar
      back={{ to: "/label", label: t("back") }}
      title={project.name}
      subtitle={t(`common:priorityMode.${project.priority_mode}`)}
      guide={{ label: t("instructions"), title: instructions.title, body: instructions.body }}
      state={
        <>
          <SaveState state={draft.state} />
          <LeaseState until={draft.state.leasedUntil} isLost={draft.state.isLeaseLost} />
        </>
      }
      actions={
        <>
          <BarButton onClick={workplace.openQuestions}>{t("questions")}</BarButton>
          <BarButton onClick={onSkip} isDisabled={isSkipping}>
            {t("skip")}
          </BarButton>
        </>
      }
    />
  );
}

function languageName(code: string): string {
  return new Intl.DisplayNames([i18next.language], { type: "language" }).of(code) ?? code;
}

/** What is worth knowing before sending; only a text that is too long cannot be sent. */
function Warnings({ check }: { check: TextCheck | undefined }) {
  const { t } = useTranslation("demonstrations");
  const tooMany = tokensTooMany(check);
  const same = check?.same_answer;
  const other = check?.other_language;
  return (
    <>
      {tooMany > 0 && (
        <p className={classes.over} role="alert">
          {t("tooLong", { count: tooMany, num: formatCount(tooMany) })}
        </p>
      )}
      {same && (
        <p className={classes.warning} role="status">
          {t("sameAnswer", { prompt: same.prompt_excerpt })}{" "}
          <Link to={`/history/${same.assignment}`}>{t("seeSameAnswer")}</Link>
        </p>
      )}
      {other && (
        <p className={classes.warning} role="status">
          {t("otherLanguage", { written: languageName(other.written), asked: languageName(other.asked) })}
        </p>
      )}
    </>
  );
}

function Foot({
  workplace,
  draft,
  check,
  submitting,
  canSubmit,
}: {
  workplace: WorkplaceProps;
  draft: DemonstrationDraftHandle;
  check: TextCheck | undefined;
  submitting: Submitting & { submit: () => void };
  canSubmit: boolean;
}) {
  const { t } = useTranslation("demonstrations");
  return (
    <footer className={classes.foot}>
      <SubmissionProgress submitting={submitting} />
      <Warnings check={check} />
      <div className={classes.line}>
        <div>
          <TextCountsLine
            text={draft.text}
            check={check}
            maxTokens={workplace.assignment.max_tokens}
            howWritten={draft.howWritten}
          />
          {workplace.notice}
        </div>
        <Button
          className={classes.submit}
          disabled={!canSubmit}
          onClick={submitting.submit}
          rightSection={<KeyHint>Ctrl Enter</KeyHint>}
        >
          {t("submit")}
        </Button>
      </div>
    </footer>
  );
}

function isSendable(
  text: string,
  { allow_empty: mayBeEmpty }: WorkplaceProps["assignment"],
  check: TextCheck | undefined,
): boolean {
  return (text.trim() !== "" || mayBeEmpty === true) && tokensTooMany(check) === 0;
}

/** The workplace of one demonstration: the prompt on one side, the labeler's own answer beside it. */
export function DemonstrationDesk(props: WorkplaceProps) {
  const { assignment, takeBackLast } = props;
  const { t } = useTranslation("demonstrations");
  const draft = useDemonstrationDraft(assignment);
  const submitting = useSubmitDemonstration(assignment, draft, props.onSubmitted);
  const check = useTextCheck(draft.text, assignment.id);
  const catalogue = useQuery(catalogueQuery);
  const { skip_reasons: reasons = [] } = catalogue.data ?? {};
  const [isSkipping, setSkipping] = useState(false);
  const [isFolded, setFolded] = useState(false);
  const editor = useRef<HTMLTextAreaElement>(null);
  const canSubmit = isSendable(draft.text, assignment, check) && !submitting.isUnderWay;

  useEffect(() => editor.current?.focus(), []);

  useHotkeys(
    [
      ["mod+Enter", () => canSubmit && !isSkipping && submitting.submit()],
      // A habit from elsewhere: it does no harm here, and saves what is saved anyway.
      ["mod+S", draft.saveNow],
    ],
    [],
  );
  useHotkeys([["U", () => takeBackLast?.()]]);

  return (
    <div className={classes.page}>
      <Bar
        workplace={props}
        draft={draft}
        isSkipping={isSkipping}
        onSkip={() => setSkipping(true)}
      />
      {isSkipping && (
        <SkipStrip
          reasons={reasons}
          onSkip={(reason) => props.onSkip(reason, "")}
          onClose={() => {
            setSkipping(false);
            editor.current?.focus();
          }}
        />
      )}
      <DraftBanner state={draft.state} />
      {assignment.draft && <ReturnedNote assignmentId={assignment.id} text={draft.text} />}
      <main className={classes.columns} data-folded={isFolded || undefined}>
        <ReadingPane
          title={t("prompt")}
          text={assignment.prompt.text}
          isFolded={isFolded}
          onFold={() => setFolded(!isFolded)}
        >
          {catalogue.data && <PromptNotes assignment={assignment} catalogue={catalogue.data} />}
        </ReadingPane>
        <section className={classes.answer} aria-label={t("yourAnswer")}>
          <AnswerEditor
            assignmentId={assignment.id}
            editor={editor}
            text={draft.text}
            isReadOnly={submitting.isUnderWay}
            onWrite={draft.write}
            onRestore={draft.restore}
          />
          <Foot
            workplace={props}
            draft={draft}
            check={check}
            submitting={submitting}
            canSubmit={canSubmit}
          />
        </section>
      </main>
      {draft.state.conflict && (
        <TextConflict
          mine={draft.text}
          theirs={draft.state.conflict.body.text}
          onResolve={draft.resolveConflict}
        />
      )}
    </div>
  );
}
