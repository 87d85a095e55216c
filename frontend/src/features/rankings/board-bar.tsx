import { useTranslation } from "react-i18next";

import { LeaseState } from "@/components/lease-state";
import { SaveState } from "@/components/save-state";
import { BarButton, WorkBar } from "@/components/work-bar";

import { CommandKey, useKeyName } from "./command-key";
import { PassSwitch } from "./pass-switch";
import type { BoardModel } from "./use-board";

function useLabelWithKey(words: string, id: string): string {
  const key = useKeyName(id);
  return key ? `${words} (${key})` : words;
}

/** The line above the board: where one is, how the work is kept, what else there is. */
export function BoardBar({ model }: { model: BoardModel }) {
  const { t } = useTranslation(["rankings", "common"]);
  const { assignment, draft, run } = model;
  const { project, instructions } = assignment;
  const undoLabel = useLabelWithKey(t("undo"), "undo");
  const redoLabel = useLabelWithKey(t("redo"), "redo");
  return (
    <WorkBar
      back={{ to: "/label", label: t("backToProjects") }}
      title={project.name}
      subtitle={t(`common:priorityMode.${project.priority_mode}`)}
      guide={{ label: t("instructions"), title: instructions.title, body: instructions.body }}
      state={
        <>
          <SaveState state={draft.state} />
          <LeaseState until={draft.state.leasedUntil} isLost={draft.state.isLeaseLost} />
        </>
      }
      actions={
        <>
          <BarButton label={undoLabel} isDisabled={!draft.canUndo} onClick={draft.undo}>
            {t("undo")}
          </BarButton>
          <BarButton label={redoLabel} isDisabled={!draft.canRedo} onClick={draft.redo}>
            {t("redo")}
          </BarButton>
          <BarButton onClick={() => run({ kind: "question" })}>
            {t("question")} <CommandKey id="question" />
          </BarButton>
          <BarButton onClick={() => run({ kind: "skip" })}>
            {t("skip")} <CommandKey id="skip" />
          </BarButton>
          <BarButton onClick={() => run({ kind: "help" })}>
            {t("keys")} <CommandKey id="help" />
          </BarButton>
        </>
      }
    >
      <PassSwitch phase={draft.phase} onChange={draft.setPhase} />
    </WorkBar>
  );
}
