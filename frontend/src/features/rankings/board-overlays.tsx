import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";

import type { Catalogue } from "@/api/types";
import { loadWhenIdle } from "@/components/when-idle";

import type { BoardModel } from "./use-board";

const load = {
  compare: () => import("./compare-drawer"),
  settings: () => import("./settings-dialog"),
  help: () => import("./help-overlay"),
  conflict: () => import("./draft-conflict"),
  reasons: () => import("@/components/reason-dialog"),
};
const CompareDrawer = lazy(async () => ({ default: (await load.compare()).CompareDrawer }));
const SettingsDialog = lazy(async () => ({ default: (await load.settings()).SettingsDialog }));
const HelpOverlay = lazy(async () => ({ default: (await load.help()).HelpOverlay }));
const DraftConflict = lazy(async () => ({ default: (await load.conflict()).DraftConflict }));
const ReasonDialog = lazy(async () => ({ default: (await load.reasons()).ReasonDialog }));

function Comparison({ model }: { model: BoardModel }) {
  const { view, letterOf } = model;
  if (view.comparing?.kind !== "open") return null;
  const { left, right } = view.comparing;
  return (
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
  // The board stands without them; they come right after it, while there is a network.
  useEffect(() => loadWhenIdle(...Object.values(load)), []);
  return (
    <Suspense fallback={null}>
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
        <SettingsDialog
          kind={kind}
          catalogue={catalogue}
          preferences={preferences}
          onClose={close}
        />
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
    </Suspense>
  );
}
