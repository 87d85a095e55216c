import { Button } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import type { WorkplaceProps } from "@/api/assignments";
import { catalogueQuery } from "@/api/labeling";
import { PRIORITY_MODE_WORDS } from "@/api/words";
import { DraftBanner } from "@/components/draft-banner";
import { formatCount } from "@/components/formats";
import { KeyHint } from "@/components/key-hint";
import { LeaseState } from "@/components/lease-state";
import { ReadingPane } from "@/components/reading-pane";
import { ReasonDialog } from "@/components/reason-dialog";
import { SaveState } from "@/components/save-state";
import { SubmissionProgress } from "@/components/submission-state";
import { BarButton, WorkBar } from "@/components/work-bar";

import classes from "./demonstration-desk.module.css";
import { useSubmitDemonstration } from "./submit-demonstration";
import { TextConflict } from "./text-conflict";
import { countCharacters, countWords } from "./text-counts";
import { useDemonstrationDraft } from "./use-demonstration-draft";

function Counts({ text, maxTokens }: { text: string; maxTokens: number | undefined }) {
  const words = countWords(text);
  return (
    <p className={classes.counts}>
      {formatCount(words)} {words === 1 ? "word" : "words"} · {formatCount(countCharacters(text))}{" "}
      characters
      {maxTokens !== undefined && ` · at most ${formatCount(maxTokens)} tokens`}
    </p>
  );
}

function Bar({
  assignment,
  draft,
  onSkip,
}: {
  assignment: WorkplaceProps["assignment"];
  draft: ReturnType<typeof useDemonstrationDraft>;
  onSkip: () => void;
}) {
  const { project, instructions } = assignment;
  return (
    <WorkBar
      back={{ to: "/label", label: "Back to the projects" }}
      title={project.name}
      subtitle={PRIORITY_MODE_WORDS[project.priority_mode]}
      guide={{ label: "Instructions", title: instructions.title, body: instructions.body }}
      state={
        <>
          <SaveState state={draft.state} />
          <LeaseState until={draft.state.leasedUntil} isLost={draft.state.isLeaseLost} />
        </>
      }
      actions={<BarButton onClick={onSkip}>Skip</BarButton>}
    />
  );
}

/** The workplace of one demonstration: the prompt on the left, the labeler's own answer beside it. */
export function DemonstrationDesk(props: WorkplaceProps) {
  const { assignment, notice, takeBackLast } = props;
  const draft = useDemonstrationDraft(assignment);
  const submitting = useSubmitDemonstration(assignment, draft, props.onSubmitted);
  const catalogue = useQuery(catalogueQuery);
  const [isSkipping, setSkipping] = useState(false);
  const [isFolded, setFolded] = useState(false);
  const editor = useRef<HTMLTextAreaElement>(null);
  const isEmpty = draft.text.trim() === "";
  const canSubmit = (!isEmpty || assignment.allow_empty === true) && !submitting.isUnderWay;

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
      <Bar assignment={assignment} draft={draft} onSkip={() => setSkipping(true)} />
      <DraftBanner state={draft.state} />
      <main className={classes.columns} data-folded={isFolded || undefined}>
        <ReadingPane
          title="Prompt"
          text={assignment.prompt.text}
          isFolded={isFolded}
          onFold={() => setFolded(!isFolded)}
        />
        <section className={classes.answer} aria-label="Your answer">
          <label className={classes.label} htmlFor="answer">
            Your answer
          </label>
          <textarea
            ref={editor}
            id="answer"
            className={classes.editor}
            value={draft.text}
            dir="auto"
            spellCheck
            placeholder="Write the answer you would want to get."
            readOnly={submitting.isUnderWay}
            onChange={(event) => draft.write(event.currentTarget.value)}
          />
          <footer className={classes.foot}>
            <SubmissionProgress submitting={submitting} />
            <div className={classes.line}>
              <div>
                <Counts text={draft.text} maxTokens={assignment.max_tokens} />
                {notice}
              </div>
              <Button
                className={classes.submit}
                disabled={!canSubmit}
                onClick={submitting.submit}
                rightSection={<KeyHint>Ctrl Enter</KeyHint>}
              >
                Submit
              </Button>
            </div>
          </footer>
        </section>
      </main>
      {isSkipping && (
        <ReasonDialog
          title="Skip this prompt"
          explanation="Somebody else gets it. Skipping never counts against you, and it can be undone: your text is kept."
          action="Skip"
          choices={catalogue.data?.skip_reasons ?? []}
          onChoose={props.onSkip}
          onClose={() => setSkipping(false)}
        />
      )}
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
