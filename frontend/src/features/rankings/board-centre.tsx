import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

import type { Catalogue } from "@/api/types";
import { ReadingPane } from "@/components/reading-pane";

import { COMPLETION_SCALES } from "./asked";
import { askAbout, isJudged, judgmentOf, setNote } from "./board";
import { useKeyName } from "./command-key";
import { CompareChooser } from "./compare-chooser";
import { CompletionView } from "./completion-view";
import type { Handle } from "./ordering";
import { OrderDock, RateDock } from "./rate-dock";
import { ScaleKeys } from "./scale-keys";
import type { BoardModel } from "./use-board";

interface Props {
  model: BoardModel;
  catalogue: Catalogue;
}

/** What has been said about a completion, in one line. */
function summaryWords(
  t: TFunction<"rankings">,
  { model, catalogue }: Props,
  handle: Handle,
): string {
  const { rating, flags, note, scales } = judgmentOf(model.draft.board, handle);
  const isToxicity = model.asked.kind === "toxicity";
  const numbers = COMPLETION_SCALES.flatMap((key) => {
    const value = scales[key];
    const label = catalogue.toxicity_scales.find((scale) => scale.key === key)?.label ?? key;
    return value === undefined ? [] : [t("scaleSaid", { label, value })];
  });
  const rated = rating === null ? t("notRated") : t("rated", { rating });
  const reported = model.flagItems
    .filter(({ key }) => model.asked.flags.includes(key) && flags[key] === true)
    .map(({ label }) => label);
  return [
    ...(isToxicity ? (numbers.length > 0 ? numbers : [t("notRated")]) : [rated]),
    ...reported,
    note && t("notePart", { note }),
  ]
    .filter(Boolean)
    .join(" · ");
}

function Dock({ model, catalogue }: Props) {
  const { t } = useTranslation("rankings");
  const { draft, current, run, view } = model;
  if (draft.phase === "order") {
    return (
      <OrderDock
        summary={summaryWords(t, { model, catalogue }, current.handle)}
        onRateMore={() => draft.setPhase("rate")}
      />
    );
  }
  return (
    <RateDock
      catalogue={catalogue}
      judgment={judgmentOf(draft.board, current.handle)}
      asked={model.asked}
      flagItems={model.flagItems}
      conditional={model.conditional}
      isNoteOpen={view.isNoteOpen}
      onRate={(rating) => run({ kind: "rate", rating })}
      onScale={(key, value) => run({ kind: "scale", key, value })}
      onTurnFlag={(key) =>
        run({ kind: "flag", index: model.flagItems.findIndex((item) => item.key === key) })
      }
      onNoOtherProblems={() => run({ kind: "no-other-problems" })}
      onNoProblemsAnywhere={() => run({ kind: "no-problems-anywhere" })}
      onAskAbout={(key, isAsked) => draft.change((board) => askAbout(board, key, isAsked))}
      onNote={(note) =>
        draft.change((board) => setNote(board, current.handle, note), `note:${current.handle}`)
      }
      onNoteOpen={view.setNoteOpen}
    />
  );
}

/** The prompt; of a toxicity task, its own number is asked below it, once. */
export function PromptPane({ model, catalogue }: Props) {
  const { t } = useTranslation("rankings");
  const foldKey = useKeyName("fold-prompt");
  const { draft, run, view } = model;
  const scale = catalogue.toxicity_scales.find(({ applies_to }) => applies_to === "prompt");
  const isToxicity = model.asked.kind === "toxicity";
  return (
    <ReadingPane
      title={isToxicity ? t("input.title") : t("prompt")}
      text={model.assignment.prompt.text}
      isFolded={view.isPromptFolded}
      onFold={() => run({ kind: "fold-prompt" })}
      foldKey={foldKey ?? undefined}
      isRaw={model.preferences.isRaw}
      footer={
        isToxicity &&
        scale && (
          <ScaleKeys
            hasTitle
            label={scale.label}
            scale={scale}
            value={draft.board.inputToxicity}
            keyIdOf={
              draft.phase === "rate" ? (step) => `input_toxicity-${step}` : undefined
            }
            onChoose={(value) => run({ kind: "input-toxicity", value })}
          />
        )
      }
    />
  );
}

export function BoardCentre({ model, catalogue }: Props) {
  const { t } = useTranslation("rankings");
  const { draft, current, run, view, completions, seen } = model;
  const first = view.comparing?.kind === "choosing" ? view.comparing.first : null;
  return (
    <CompletionView
      completions={completions}
      current={current.handle}
      layout={view.layout}
      shown={model.shown}
      isRaw={model.preferences.isRaw}
      isJudged={(handle) => isJudged(draft.board, handle, model.asked)}
      summaryOf={(handle) => summaryWords(t, { model, catalogue }, handle)}
      sightings={seen.sightings}
      onColumn={seen.onColumn}
      onSelect={model.setCurrent}
      onRaw={() => run({ kind: "raw" })}
      onLayout={() => run({ kind: "layout" })}
      onCompare={() => run({ kind: "compare" })}
      chooser={
        view.comparing?.kind === "choosing" && (
          <CompareChooser
            completions={completions}
            first={first === null ? null : model.completionOf(first)}
            onPick={view.pick}
            onLeave={view.stopComparing}
          />
        )
      }
      dock={<Dock model={model} catalogue={catalogue} />}
    />
  );
}
