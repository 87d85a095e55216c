import { useTranslation } from "react-i18next";

import type { Catalogue, LabelItem } from "@/api/types";

import { COMPLETION_SCALES } from "./asked";
import type { Asked, CompletionScale, ConditionalQuestion } from "./asked";
import type { Judgment } from "./board";
import { CommandKey } from "./command-key";
import { FlagGrid } from "./flag-grid";
import { NoteField, NoteLine } from "./note-field";
import classes from "./rate-dock.module.css";
import { ScaleKeys } from "./scale-keys";

export interface DockProps {
  catalogue: Catalogue;
  judgment: Judgment;
  asked: Asked;
  flagItems: readonly LabelItem[];
  conditional: readonly ConditionalQuestion[];
  isNoteOpen: boolean;
  onRate: (rating: number) => void;
  onScale: (key: CompletionScale, value: number) => void;
  onTurnFlag: (key: string) => void;
  onNoOtherProblems: () => void;
  onNoProblemsAnywhere: () => void;
  onAskAbout: (key: string, isAsked: boolean) => void;
  onNote: (note: string) => void;
  onNoteOpen: (isOpen: boolean) => void;
}

/** Flags that depend on the prompt: asked by its own flags, unless the labeler finds otherwise. */
function Conditional({ conditional, onAskAbout }: DockProps) {
  const { t } = useTranslation("rankings");
  if (conditional.length === 0) return null;
  return (
    <div className={classes.conditional} role="group" aria-label={t("alsoAsk")}>
      <span>{t("alsoAsk")}</span>
      {conditional.map(({ item, isAsked }) => (
        <button
          key={item.key}
          type="button"
          className={classes.question}
          aria-pressed={isAsked}
          title={item.label}
          aria-label={t(isAsked ? "asksAbout" : "doesNotAsk", { label: item.label })}
          onClick={() => onAskAbout(item.key, !isAsked)}
        >
          <span aria-hidden="true">{isAsked ? "✓" : "+"}</span>{" "}
          <span className={classes.label}>{item.label}</span>
        </button>
      ))}
    </div>
  );
}

function Rating(props: DockProps) {
  const { t } = useTranslation("rankings");
  const { catalogue, judgment, flagItems, asked } = props;
  const likert = catalogue.label_items.find(({ kind }) => kind === "likert");
  const flags = flagItems
    .map((item, index) => ({ item, keyId: `flag-${index}` }))
    .filter(({ item }) => asked.flags.includes(item.key));
  return (
    <>
      <ScaleKeys
        label={likert?.label ?? t("rating")}
        scale={catalogue.likert}
        value={judgment.rating}
        onChoose={props.onRate}
      />
      <FlagGrid
        asked={flags}
        flags={judgment.flags}
        onTurn={props.onTurnFlag}
        onNoOtherProblems={props.onNoOtherProblems}
        onNoProblemsAnywhere={props.onNoProblemsAnywhere}
      />
      <div className={classes.last}>
        {!props.isNoteOpen && (
          <NoteLine note={judgment.note} onOpen={() => props.onNoteOpen(true)} />
        )}
        <Conditional {...props} />
      </div>
    </>
  );
}

function Toxicity(props: DockProps) {
  const { catalogue, judgment } = props;
  return (
    <>
      {COMPLETION_SCALES.map((key) => {
        const scale = catalogue.toxicity_scales.find((other) => other.key === key);
        return (
          scale && (
            <ScaleKeys
              key={key}
              hasTitle
              label={scale.label}
              scale={scale}
              value={judgment.scales[key] ?? null}
              keyIdOf={key === "continuity" ? undefined : (step) => `${key}-${step}`}
              onChoose={(value) => props.onScale(key, value)}
            />
          )
        );
      })}
      {!props.isNoteOpen && (
        <NoteLine note={judgment.note} onOpen={() => props.onNoteOpen(true)} />
      )}
    </>
  );
}

/** What is asked about the completion in front, while it is rated. */
export function RateDock(props: DockProps) {
  return (
    <div className={classes.dock}>
      {props.asked.kind === "toxicity" ? <Toxicity {...props} /> : <Rating {...props} />}
      {props.isNoteOpen && (
        <NoteField
          note={props.judgment.note}
          onClose={() => props.onNoteOpen(false)}
          onChange={props.onNote}
        />
      )}
    </div>
  );
}

/** In the order pass the judgment is only recalled; the digits mean tiers there. */
export function OrderDock({ summary, onRateMore }: { summary: string; onRateMore: () => void }) {
  const { t } = useTranslation("rankings");
  return (
    <div className={classes.recall}>
      <span>{summary}</span>
      <button type="button" className={classes.quiet} onClick={onRateMore}>
        <CommandKey id="toggle-phase" /> {t("rateMore")}
      </button>
    </div>
  );
}
