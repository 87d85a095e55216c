import { VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import type { RefObject } from "react";

import type { WorkplaceProps } from "@/api/assignments";
import { catalogueQuery } from "@/api/labeling";
import type { Catalogue } from "@/api/types";
import { PRIORITY_MODE_WORDS } from "@/api/words";
import { DraftBanner } from "@/components/draft-banner";
import { KeyHint } from "@/components/key-hint";
import { LeaseState } from "@/components/lease-state";
import { LoadingPage } from "@/components/loading-page";
import { QueryProblem } from "@/components/query-problem";
import { ReadingPane } from "@/components/reading-pane";
import { SaveState } from "@/components/save-state";
import { BarButton, WorkBar } from "@/components/work-bar";

import { fromDraft, isJudged, judgmentOf, keepOnPurpose, followRatings, reorder, setNote } from "./board";
import { BoardOverlays } from "./board-overlays";
import { CompletionView } from "./completion-view";
import { FLAG_KEYS } from "./keyboard";
import { Ladder } from "./ladder";
import { LadderHead } from "./ladder-head";
import { place, placeInGap, tierOf } from "./ordering";
import { PassSwitch } from "./pass-switch";
import classes from "./ranking-board.module.css";
import { SubmitPanel } from "./submit-panel";
import { useBoard } from "./use-board";
import type { BoardModel } from "./use-board";

function Bar({ model }: { model: BoardModel }) {
  const { assignment, draft, run } = model;
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
      actions={
        <>
          <BarButton label="Undo (Ctrl Z)" isDisabled={!draft.canUndo} onClick={draft.undo}>
            Undo
          </BarButton>
          <BarButton label="Redo (Ctrl Shift Z)" isDisabled={!draft.canRedo} onClick={draft.redo}>
            Redo
          </BarButton>
          <BarButton onClick={() => run({ kind: "skip" })}>
            Skip <KeyHint>Shift X</KeyHint>
          </BarButton>
          <BarButton onClick={() => run({ kind: "help" })}>
            Keys <KeyHint>?</KeyHint>
          </BarButton>
        </>
      }
    >
      <PassSwitch phase={draft.phase} onChange={draft.setPhase} />
    </WorkBar>
  );
}

function Centre({
  model,
  catalogue,
  textBox,
}: {
  model: BoardModel;
  catalogue: Catalogue;
  textBox: RefObject<HTMLDivElement | null>;
}) {
  const { draft, current, run, preferences } = model;
  const asked = model.flagItems
    .map((item, index) => ({ item, keyName: FLAG_KEYS[index] ?? null }))
    .filter(({ item }) => model.askedKeys.includes(item.key));
  const likert = catalogue.label_items.find(({ kind }) => kind === "likert");
  return (
    <CompletionView
      completions={model.completions}
      current={current}
      neighbour={model.neighbour}
      judgment={judgmentOf(draft.board, current.handle)}
      phase={draft.phase}
      ratingLabel={likert?.label ?? "Rating"}
      scale={catalogue.likert}
      asked={asked}
      isJudged={(handle) => isJudged(draft.board, handle, model.askedKeys)}
      isFixedWidth={preferences.isFixedWidth}
      isNoteOpen={model.isNoteOpen}
      ref={textBox}
      onSelect={model.setCurrent}
      onRate={(rating) => run({ kind: "rate", rating })}
      onTurnFlag={(key) =>
        run({ kind: "flag", index: model.flagItems.findIndex((item) => item.key === key) })
      }
      onNoOtherProblems={() => run({ kind: "no-other-problems" })}
      onNote={(note) =>
        draft.change((board) => setNote(board, current.handle, note), `note:${current.handle}`)
      }
      onNoteOpen={model.setNoteOpen}
      onFixedWidth={() => run({ kind: "fixed-width" })}
      onRateMore={() => draft.setPhase("rate")}
    />
  );
}

function Order({ model, notice }: { model: BoardModel; notice: WorkplaceProps["notice"] }) {
  const { draft, order, current, ladder, readiness, letterOf } = model;
  return (
    <section className={classes.side} data-phase={draft.phase} aria-label="Order">
      <div className={classes.ladder}>
        <LadderHead
          isDraft={readiness.isOrderOnlyFromRatings}
          canFollowRatings={
            model.assignment.project.seed_order_from_ratings && !readiness.isOrderOnlyFromRatings
          }
          onFollowRatings={() => draft.change(followRatings)}
          onTieAll={() => model.run({ kind: "tie-all" })}
        />
        <Ladder
          tiers={ladder}
          unplaced={model.unplaced}
          selected={current.handle}
          isDraft={readiness.isOrderOnlyFromRatings}
          isOrdering={draft.phase === "order"}
          factsOf={model.factsOf}
          onSelect={model.setCurrent}
          onPlace={(handle, tier) => {
            model.setCurrent(handle);
            draft.change((board) => reorder(board, order, (tiers) => place(tiers, handle, tier)));
          }}
          onPlaceInGap={(handle, gap) => {
            model.setCurrent(handle);
            draft.change((board) =>
              reorder(board, order, (tiers) => placeInGap(tiers, handle, gap)),
            );
          }}
        />
      </div>
      <SubmitPanel
        readiness={readiness}
        submitting={model.submitting}
        isConfirming={model.isConfirming}
        letterOf={letterOf}
        ratingOf={(handle) => judgmentOf(draft.board, handle).rating}
        onFixOrder={({ above, below }) => {
          model.setCurrent(below);
          draft.change((board) =>
            reorder(board, order, (tiers) => placeInGap(tiers, below, tierOf(tiers, above))),
          );
        }}
        onFixRating={({ above }) => {
          model.setCurrent(above);
          draft.setPhase("rate");
        }}
        onKeep={(pairs) => draft.change((board) => keepOnPurpose(board, pairs))}
        onSubmit={() => model.run({ kind: "submit" })}
        onConfirm={model.confirm}
        onBack={model.orderByHand}
      />
      {notice && <div className={classes.notice}>{notice}</div>}
    </section>
  );
}

function Board({ catalogue, ...props }: WorkplaceProps & { catalogue: Catalogue }) {
  const textBox = useRef<HTMLDivElement>(null);
  const model = useBoard(props, catalogue, textBox);
  const { assignment, draft } = model;
  const conflict = draft.state.conflict;
  return (
    <div className={classes.page}>
      <Bar model={model} />
      <DraftBanner state={draft.state} />
      <main
        className={classes.columns}
        data-folded={model.isPromptFolded || undefined}
        data-phase={draft.phase}
        // While the answer is on its way it must stay what was sent.
        data-locked={model.submitting.isUnderWay || undefined}
      >
        <ReadingPane
          title="Prompt"
          text={assignment.prompt.text}
          isFolded={model.isPromptFolded}
          onFold={() => model.run({ kind: "fold-prompt" })}
          foldKey="P"
        />
        <Centre model={model} catalogue={catalogue} textBox={textBox} />
        <Order model={model} notice={props.notice} />
      </main>
      <VisuallyHidden role="status" aria-live="polite">
        {model.announcement}
      </VisuallyHidden>
      <BoardOverlays
        model={model}
        skipReasons={catalogue.skip_reasons}
        onSkip={props.onSkip}
        theirs={
          conflict &&
          fromDraft(conflict.body, model.order, assignment.project.seed_order_from_ratings)
        }
      />
    </div>
  );
}

/** The workplace of one ranking: the prompt, one completion at a time, and the order they get. */
export function RankingBoard(props: WorkplaceProps) {
  const catalogue = useQuery(catalogueQuery);
  if (catalogue.isPending) return <LoadingPage />;
  if (catalogue.isError) {
    return <QueryProblem error={catalogue.error} onRetry={() => void catalogue.refetch()} />;
  }
  return <Board {...props} catalogue={catalogue.data} />;
}
