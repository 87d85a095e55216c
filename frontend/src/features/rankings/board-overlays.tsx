import type { Catalogue } from "@/api/types";
import { ReasonDialog } from "@/components/reason-dialog";

import type { Board } from "./board";
import { DraftConflict } from "./draft-conflict";
import { HelpOverlay } from "./help-overlay";
import type { BoardModel } from "./use-board";

/** What may lie over the board: the keys, the reasons to skip, a choice between two drafts. */
export function BoardOverlays({
  model,
  skipReasons,
  onSkip,
  theirs,
}: {
  model: BoardModel;
  skipReasons: Catalogue["skip_reasons"];
  onSkip: (reason: string, comment: string) => Promise<void>;
  theirs: Board | null;
}) {
  const { draft, overlay, setOverlay } = model;
  const close = () => setOverlay(null);
  return (
    <>
      {overlay === "help" && <HelpOverlay preferences={model.preferences} onClose={close} />}
      {overlay === "skip" && (
        <ReasonDialog
          title="Skip this task"
          explanation="Somebody else gets it. Skipping never counts against you, and it can be undone: your draft is kept."
          action="Skip"
          choices={skipReasons}
          onChoose={onSkip}
          onClose={close}
        />
      )}
      {theirs && (
        <DraftConflict
          mine={draft.board}
          theirs={theirs}
          order={model.order}
          letterOf={model.letterOf}
          onResolve={draft.resolveConflict}
        />
      )}
    </>
  );
}
