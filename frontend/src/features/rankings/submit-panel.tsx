import { Button } from "@mantine/core";
import { useEffect, useRef } from "react";

import type { Submitting } from "@/api/use-submission";
import { KeyHint } from "@/components/key-hint";
import { SubmissionProgress } from "@/components/submission-state";

import type { Contradiction, Handle } from "./ordering";
import classes from "./submit-panel.module.css";
import type { Readiness } from "./submit-ranking";

const SHOWN_CONTRADICTIONS = 3;

function listOf(letters: string[]): string {
  if (letters.length <= 1) return letters.join("");
  return `${letters.slice(0, -1).join(", ")} and ${letters.at(-1)}`;
}

function missingWords(readiness: Readiness, letterOf: (handle: Handle) => string): string | null {
  const unrated = readiness.unrated.map(letterOf);
  const unanswered = readiness.unanswered.map(letterOf);
  const unplaced = readiness.unplaced.map(letterOf);
  const parts = [
    unrated.length > 0 && `Still to rate: ${listOf(unrated)}.`,
    unanswered.length > 0 && `Flags open: ${listOf(unanswered)} (0 answers the rest).`,
    unplaced.length > 0 && `Still to place: ${listOf(unplaced)}.`,
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(" ") : null;
}

interface ContradictionActions {
  letterOf: (handle: Handle) => string;
  ratingOf: (handle: Handle) => number | null;
  onFixOrder: (pair: Contradiction) => void;
  onFixRating: (pair: Contradiction) => void;
  onKeep: (pairs: readonly Contradiction[]) => void;
}

function Contradictions({
  pairs,
  actions,
}: {
  pairs: readonly Contradiction[];
  actions: ContradictionActions;
}) {
  const { letterOf, ratingOf } = actions;
  return (
    <section className={classes.notice} aria-label="Order and ratings disagree">
      {pairs.slice(0, SHOWN_CONTRADICTIONS).map((pair) => (
        <div key={`${pair.above}>${pair.below}`} className={classes.pair}>
          <p>
            {letterOf(pair.above)} (rated {ratingOf(pair.above)}) stands above{" "}
            {letterOf(pair.below)} (rated {ratingOf(pair.below)}).
          </p>
          <button type="button" onClick={() => actions.onFixOrder(pair)}>
            Fix order
          </button>
          <button type="button" onClick={() => actions.onFixRating(pair)}>
            Fix rating
          </button>
          <button type="button" onClick={() => actions.onKeep([pair])}>
            Keep on purpose
          </button>
        </div>
      ))}
      {pairs.length > SHOWN_CONTRADICTIONS && (
        <div className={classes.pair}>
          <p>And {pairs.length - SHOWN_CONTRADICTIONS} more like this.</p>
          <button type="button" onClick={() => actions.onKeep(pairs)}>
            Keep all on purpose
          </button>
        </div>
      )}
    </section>
  );
}

function ConfirmDraftOrder({ onConfirm, onBack }: { onConfirm: () => void; onBack: () => void }) {
  const confirm = useRef<HTMLButtonElement>(null);
  useEffect(() => confirm.current?.focus(), []);
  return (
    <div className={classes.notice} role="group" aria-label="Confirm the order" data-native-keys>
      <p>The order comes only from your ratings: equal ratings are ties.</p>
      <div className={classes.row}>
        <Button ref={confirm} size="compact-sm" onClick={onConfirm}>
          Submit it so
        </Button>
        <Button size="compact-sm" variant="default" onClick={onBack}>
          Order by hand
        </Button>
      </div>
    </div>
  );
}

export interface SubmitPanelProps extends ContradictionActions {
  readiness: Readiness;
  submitting: Submitting;
  isConfirming: boolean;
  onSubmit: () => void;
  onConfirm: () => void;
  onBack: () => void;
}

/** The last step: what is missing, what looks odd, and the way out. */
export function SubmitPanel(props: SubmitPanelProps) {
  const { readiness, submitting } = props;
  const missing = missingWords(readiness, props.letterOf);
  return (
    <div className={classes.panel}>
      {readiness.contradictions.length > 0 && (
        <Contradictions pairs={readiness.contradictions} actions={props} />
      )}
      {props.isConfirming && (
        <ConfirmDraftOrder onConfirm={props.onConfirm} onBack={props.onBack} />
      )}
      <SubmissionProgress submitting={submitting} />
      {missing && <p className={classes.missing}>{missing}</p>}
      <Button
        fullWidth
        disabled={!readiness.isComplete || submitting.isUnderWay}
        onClick={props.onSubmit}
        rightSection={<KeyHint>Ctrl Enter</KeyHint>}
      >
        Submit
      </Button>
    </div>
  );
}
