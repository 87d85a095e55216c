import { VisuallyHidden } from "@mantine/core";
import type { Ref } from "react";

import type { Catalogue } from "@/api/types";
import { KeyHint } from "@/components/key-hint";
import { ReadText } from "@/components/read-text";

import type { Judgment, Phase } from "./board";
import classes from "./completion-view.module.css";
import { FlagGrid } from "./flag-grid";
import type { AskedFlag } from "./flag-grid";
import { LikertKeys } from "./likert-keys";
import { NoteField, NoteLine } from "./note-field";

interface Shown {
  handle: string;
  letter: string;
  text: string;
}

export interface CompletionViewProps {
  completions: readonly Shown[];
  current: Shown;
  /** Shown beside the current one while they are ordered. */
  neighbour: Shown | null;
  judgment: Judgment;
  phase: Phase;
  ratingLabel: string;
  scale: Catalogue["likert"];
  asked: readonly AskedFlag[];
  isJudged: (handle: string) => boolean;
  isFixedWidth: boolean;
  isNoteOpen: boolean;
  onSelect: (handle: string) => void;
  onRate: (rating: number) => void;
  onTurnFlag: (key: string) => void;
  onNoOtherProblems: () => void;
  onNote: (note: string) => void;
  onNoteOpen: (isOpen: boolean) => void;
  onFixedWidth: () => void;
  onRateMore: () => void;
}

function Tabs({ completions, current, isJudged, onSelect }: CompletionViewProps) {
  return (
    <div className={classes.tabs} role="group" aria-label="Completions">
      {completions.map(({ handle, letter }) => (
        <button
          key={handle}
          type="button"
          className={classes.tab}
          aria-pressed={handle === current.handle}
          aria-label={`Completion ${letter}, ${isJudged(handle) ? "judged" : "not judged yet"}`}
          data-judged={isJudged(handle) || undefined}
          onClick={() => onSelect(handle)}
        >
          {letter}
        </button>
      ))}
    </div>
  );
}

function WholeText({
  shown,
  isFixedWidth,
  title,
  ref,
}: {
  shown: Shown;
  isFixedWidth: boolean;
  title?: string;
  ref?: Ref<HTMLDivElement>;
}) {
  return (
    <div
      ref={ref}
      className={classes.text}
      // A scrolled region must be reachable by key.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      role="group"
      aria-label={`Completion ${shown.letter}, text`}
    >
      {title && <h3 className={classes.beside}>{title}</h3>}
      <ReadText text={shown.text} isFixedWidth={isFixedWidth} />
      <p className={classes.end}>End of {shown.letter}</p>
    </div>
  );
}

function RateDock(props: CompletionViewProps) {
  const { judgment } = props;
  return (
    <div className={classes.dock}>
      <LikertKeys
        label={props.ratingLabel}
        scale={props.scale}
        value={judgment.rating}
        onRate={props.onRate}
      />
      <FlagGrid
        asked={props.asked}
        flags={judgment.flags}
        onTurn={props.onTurnFlag}
        onNoOtherProblems={props.onNoOtherProblems}
      >
        {!props.isNoteOpen && (
          <NoteLine note={judgment.note} onOpen={() => props.onNoteOpen(true)} />
        )}
      </FlagGrid>
      {props.isNoteOpen && (
        <NoteField
          note={judgment.note}
          onClose={() => props.onNoteOpen(false)}
          onChange={props.onNote}
        />
      )}
    </div>
  );
}

/** In the order pass the judgment is only recalled; the digits mean tiers there. */
function OrderDock({ judgment, asked, onRateMore }: CompletionViewProps) {
  const reported = asked.filter(({ item }) => judgment.flags[item.key] === true);
  return (
    <div className={classes.recall}>
      <span>
        {judgment.rating === null ? "Not rated" : `Rated ${judgment.rating} of 7`}
        {reported.length > 0 && ` · ${reported.map(({ item }) => item.label).join(" · ")}`}
        {judgment.note && ` · “${judgment.note}”`}
      </span>
      <button type="button" className={classes.quiet} onClick={onRateMore}>
        <KeyHint>Tab</KeyHint> Rate
      </button>
    </div>
  );
}

/** One completion, whole, and what is said about it. */
export function CompletionView({
  ref,
  ...props
}: CompletionViewProps & {
  /** The box in which the text scrolls. */
  ref: Ref<HTMLDivElement>;
}) {
  const { completions, current, phase } = props;
  const position = completions.findIndex(({ handle }) => handle === current.handle) + 1;
  return (
    <section className={classes.view} aria-label={`Completion ${current.letter}`}>
      <header className={classes.head}>
        <VisuallyHidden component="h2">Completion {current.letter}</VisuallyHidden>
        <Tabs {...props} />
        <span className={classes.position}>
          {position} of {completions.length}
        </span>
        <button
          type="button"
          className={classes.quiet}
          aria-pressed={props.isFixedWidth}
          onClick={props.onFixedWidth}
        >
          <KeyHint>M</KeyHint> Fixed width
        </button>
      </header>
      <div className={classes.texts}>
        <WholeText ref={ref} shown={current} isFixedWidth={props.isFixedWidth} />
        {props.neighbour && (
          <WholeText
            key={props.neighbour.handle}
            shown={props.neighbour}
            isFixedWidth={props.isFixedWidth}
            title={`Beside it: ${props.neighbour.letter}`}
          />
        )}
      </div>
      {phase === "rate" ? <RateDock {...props} /> : <OrderDock {...props} />}
    </section>
  );
}
