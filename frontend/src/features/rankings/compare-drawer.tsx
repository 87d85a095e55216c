import { Switch, VisuallyHidden } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";

import { Drawer } from "@/components/dialogs";
import { MarkdownText } from "@/components/markdown-text";
import { Pieces } from "@/components/read-text";

import { CommandKey } from "./command-key";
import type { Command } from "./commands";
import classes from "./compare-drawer.module.css";
import type { Shown } from "./completion-text";
import { commandFor } from "./keyboard";
import type { Situation } from "./keyboard";
import type { Handle } from "./ordering";
import type { Preferences } from "./use-preferences";
import type { Stretch, WordMarks } from "./word-marks";

export type Verdict = "left" | "right" | "tie" | null;
type Marks = WordMarks | "looking" | "too-different";

function useWordMarks(left: string, right: string, isOn: boolean): Marks | null {
  const [marks, setMarks] = useState<Marks>("looking");
  useEffect(() => {
    if (!isOn) return undefined;
    let isGone = false;
    void import("./word-marks").then(({ markWords }) => {
      if (!isGone) setMarks(markWords(left, right) ?? "too-different");
    });
    return () => {
      isGone = true;
    };
  }, [left, right, isOn]);
  return isOn ? marks : null;
}

/** Both texts show the same share of themselves, whichever of them is scrolled. */
function useSyncedScroll(
  left: RefObject<HTMLDivElement | null>,
  right: RefObject<HTMLDivElement | null>,
): (from: "left" | "right") => void {
  const led = useRef<HTMLDivElement | null>(null);
  return (from) => {
    const [source, follower] = from === "left" ? [left.current, right.current] : [right.current, left.current];
    if (!source || !follower) return;
    // The follower's own scroll event is the echo of this one.
    if (led.current === source) {
      led.current = null;
      return;
    }
    const share = source.scrollTop / Math.max(1, source.scrollHeight - source.clientHeight);
    const top = Math.round(share * (follower.scrollHeight - follower.clientHeight));
    if (Math.abs(top - follower.scrollTop) < 1) return;
    led.current = follower;
    follower.scrollTop = top;
  };
}

function Marked({ stretches, letter }: { stretches: readonly Stretch[]; letter: string }) {
  const { t } = useTranslation("rankings");
  return (
    <div className={classes.marked} dir="auto">
      {stretches.map((stretch, index) =>
        stretch.isOnlyHere ? (
          <mark key={index} className={classes.only} title={t("compared.only", { letter })}>
            <Pieces text={stretch.text} />
          </mark>
        ) : (
          <Pieces key={index} text={stretch.text} />
        ),
      )}
    </div>
  );
}

function Side({
  shown,
  isRaw,
  stretches,
  box,
  onScroll,
}: {
  shown: Shown;
  isRaw: boolean;
  stretches: readonly Stretch[] | null;
  box: RefObject<HTMLDivElement | null>;
  onScroll: () => void;
}) {
  const { t } = useTranslation("rankings");
  return (
    <section className={classes.side}>
      <h3 className={classes.letter}>{shown.letter}</h3>
      <div
        ref={box}
        className={classes.text}
        // A scrolled region must be reachable by key.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        role="group"
        aria-label={t("compared.text", { letter: shown.letter })}
        onScroll={onScroll}
      >
        {stretches ? (
          <Marked stretches={stretches} letter={shown.letter} />
        ) : (
          <MarkdownText text={shown.text} isRaw={isRaw} />
        )}
      </div>
    </section>
  );
}

export interface CompareDrawerProps {
  left: Shown;
  right: Shown;
  isRaw: boolean;
  /** Where the left one stands, in words. */
  place: string;
  /** Which of the two the ladder has above the other. */
  verdict: Verdict;
  situation: Situation;
  preferences: Preferences;
  letterOf: (handle: Handle) => string;
  onRun: (command: Command) => void;
  onClose: () => void;
}

function Verdicts({ left, right, verdict, place, onRun }: CompareDrawerProps) {
  const { t } = useTranslation("rankings");
  const choices = [
    ["left", "left-better", t("compared.leftBetter", { letter: left.letter })],
    ["tie", "compare-tie", t("compared.tie")],
    ["right", "right-better", t("compared.rightBetter", { letter: right.letter })],
  ] as const;
  return (
    <div className={classes.verdicts}>
      {choices.map(([choice, id, words]) => (
        <button
          key={choice}
          type="button"
          className={classes.verdict}
          aria-pressed={verdict === choice}
          onClick={() => onRun({ kind: "prefer", choice })}
        >
          <CommandKey id={id} /> {words}
        </button>
      ))}
      <VisuallyHidden role="status" aria-live="polite">
        {place}
      </VisuallyHidden>
    </div>
  );
}

/** Two completions side by side, and which of them is better; the answer rewrites the ladder. */
export function CompareDrawer(props: CompareDrawerProps) {
  const { t } = useTranslation("rankings");
  const { left, right, situation, preferences } = props;
  const [isMarking, setMarking] = useState(true);
  const marks = useWordMarks(left.text, right.text, isMarking);
  const leftBox = useRef<HTMLDivElement>(null);
  const rightBox = useRef<HTMLDivElement>(null);
  const sync = useSyncedScroll(leftBox, rightBox);
  const found = typeof marks === "object" ? marks : null;

  function press(event: React.KeyboardEvent) {
    if (!preferences.hasShortcuts && !event.ctrlKey && !event.metaKey) return;
    const command = commandFor(event.nativeEvent, situation, preferences.keyChanges);
    if (command?.kind !== "prefer" || event.repeat) return;
    event.preventDefault();
    props.onRun(command);
  }

  return (
    <Drawer
      opened
      onClose={props.onClose}
      position="bottom"
      size="92%"
      title={t("compared.title", { left: left.letter, right: right.letter })}
      transitionProps={{ duration: 0 }}
      onKeyDown={press}
      classNames={{ body: classes.body, content: classes.content }}
    >
      <div className={classes.options}>
        <Switch
          size="xs"
          label={t("compared.marks")}
          checked={isMarking}
          onChange={(event) => setMarking(event.currentTarget.checked)}
        />
        {marks === "looking" && <span role="status">{t("compared.marking")}</span>}
        {marks === "too-different" && <span role="status">{t("compared.tooDifferent")}</span>}
      </div>
      <div className={classes.sides}>
        <Side
          shown={left}
          isRaw={props.isRaw}
          stretches={found && found.left}
          box={leftBox}
          onScroll={() => sync("left")}
        />
        <Side
          shown={right}
          isRaw={props.isRaw}
          stretches={found && found.right}
          box={rightBox}
          onScroll={() => sync("right")}
        />
      </div>
      <Verdicts {...props} />
    </Drawer>
  );
}
