import { Button } from "@mantine/core";
import { useEffect, useRef } from "react";

import type { Submitting } from "@/api/use-submission";
import { KeyHint } from "@/components/key-hint";
import { SubmissionProgress } from "@/components/submission-state";

import type { Contradiction, Handle } from "./ordering";
import classes from "./submit-panel.module.css";
import type { Readiness } from "./submit-ranking";

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

/** One pair at a time: fixing one often settles the others. */
function Contradictions({
  pairs,
  actions,
}: {
  pairs: readonly Contradiction[];
  actions: ContradictionActions;
}) {
  const { letterOf, ratingOf } = actions;
  const [pair] = pairs;
  if (!pair) return null;
  const above = letterOf(pair.above);
  const below = letterOf(pair.below);
  return (
    <section className={classes.notice} aria-label="Order and ratings disagree">
      <p>
        {above} stands above {below} but is rated {ratingOf(pair.above)} against{" "}
        {ratingOf(pair.below)}.{pairs.length > 1 && ` ${pairs.length - 1} more like this.`}
      </p>
      <div className={classes.fixes}>
        <button type="button" onClick={() => actions.onFixOrder(pair)}>
          Put {below} above {above}
        </button>
        <button type="button" onClick={() => actions.onFixRating(pair)}>
          Rate {above} again
        </button>
        <button type="button" onClick={() => actions.onKeep(pairs)}>
          Keep on purpose
        </button>
      </div>
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
      <Contradictions pairs={readiness.contradictions} actions={props} />
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
