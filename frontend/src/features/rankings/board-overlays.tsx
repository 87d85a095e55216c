import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import type { Catalogue } from "@/api/types";
import { ReasonDialog } from "@/components/reason-dialog";

import { DraftConflict } from "./draft-conflict";
import { HelpOverlay } from "./help-overlay";
import type { BoardModel } from "./use-board";

const CompareDrawer = lazy(async () => ({
  default: (await import("./compare-drawer")).CompareDrawer,
}));
const SettingsDialog = lazy(async () => ({
  default: (await import("./settings-dialog")).SettingsDialog,
}));

function Comparison({ model }: { model: BoardModel }) {
  const { view, letterOf } = model;
  if (view.comparing?.kind !== "open") return null;
  const { left, right } = view.comparing;
  return (
    <Suspense fallback={null}>
      <CompareDrawer
        left={model.completionOf(left)}
        right={model.completionOf(right)}
        isRaw={model.preferences.isRaw}
        place={model.placeWordsOf(left)}
        verdict={model.verdictOf(left, right)}
        situation={model.situation}
        preferences={model.preferences}
        letterOf={letterOf}
        onRun={model.run}
        onClose={view.stopComparing}
      />
    </Suspense>
  );
}

/** What may lie over the board: the keys, two side by side, the reasons to skip, two drafts. */
export function BoardOverlays({
  model,
  catalogue,
  onSkip,
}: {
  model: BoardModel;
  catalogue: Catalogue;
  onSkip: (reason: string, comment: string) => Promise<void>;
}) {
  const { t } = useTranslation("rankings");
  const { draft, view, preferences } = model;
  const close = () => view.setOverlay(null);
  const { kind } = model.asked;
  return (
    <>
      {view.overlay === "help" && (
        <HelpOverlay
          kind={kind}
          catalogue={catalogue}
          preferences={preferences}
          onSettings={() => view.setOverlay("settings")}
          onClose={close}
        />
      )}
      {view.overlay === "settings" && (
        <Suspense fallback={null}>
          <SettingsDialog
            kind={kind}
            catalogue={catalogue}
            preferences={preferences}
            onClose={close}
          />
        </Suspense>
      )}
      {view.overlay === "skip" && (
        <ReasonDialog
          title={t("skipTitle")}
          explanation={t("skipWords")}
          action={t("skip")}
          choices={catalogue.skip_reasons}
          onChoose={onSkip}
          onClose={close}
        />
      )}
      <Comparison model={model} />
      {draft.theirs && (
        <DraftConflict
          mine={draft.board}
          theirs={draft.theirs}
          order={model.order}
          letterOf={model.letterOf}
          onResolve={draft.resolveConflict}
        />
      )}
    </>
  );
}
