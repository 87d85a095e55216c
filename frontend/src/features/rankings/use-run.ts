import { useState } from "react";

import type { WorkplaceProps } from "@/api/assignments";

import { reorder } from "./board";
import { withVerdict } from "./board-facts";
import type { Command } from "./commands";
import { runCommand } from "./use-ranking-commands";
import type { Work } from "./use-work";

/** What may be asked for while nothing may change: an answer on its way, a tab that looks on. */
const HARMLESS: ReadonlySet<Command["kind"]> = new Set([
  "step",
  "select",
  "page",
  "help",
  "fold-prompt",
  "raw",
  "layout",
  "compare",
  "question",
]);

/** The way out, with a question where nobody has looked at the order. */
function useSubmit({ readiness, submitting, order, draft }: Work) {
  const [wantsConfirmation, setWantsConfirmation] = useState(false);
  const isConfirming = wantsConfirmation && readiness.isComplete && readiness.isOrderOnlyFromRatings;

  function confirm() {
    setWantsConfirmation(false);
    submitting.submit(order);
  }
  return {
    isConfirming,
    confirm,
    forgetConfirmation: () => setWantsConfirmation(false),
    submit: () => {
      if (!readiness.isComplete || submitting.isUnderWay) return;
      if (readiness.isOrderOnlyFromRatings && !isConfirming) setWantsConfirmation(true);
      else confirm();
    },
    orderByHand: () => {
      setWantsConfirmation(false);
      draft.setPhase("order");
    },
  };
}

/** Everything that can be done on the board, whichever key or control asks for it. */
export function useRun(props: WorkplaceProps, work: Work) {
  const { view, draft, order, seen, current } = work;
  const { submit, forgetConfirmation, ...submission } = useSubmit(work);

  function run(command: Command) {
    const isLocked = work.submitting.isUnderWay || !work.isHeldHere;
    if (isLocked && !HARMLESS.has(command.kind)) return;
    if (command.kind !== "submit") forgetConfirmation();
    if (command.kind === "prefer") {
      draft.change((before) => reorder(before, order, withVerdict(view.comparing, command.choice)));
      return;
    }
    runCommand(command, {
      order,
      current: current.handle,
      draft,
      flagItems: work.flagItems,
      asked: work.asked,
      preferences: work.preferences,
      page: (by) => seen.page(current.handle, by),
      setCurrent: work.setCurrent,
      setNoteOpen: view.setNoteOpen,
      toggleFold: view.toggleFold,
      nextLayout: view.nextLayout,
      compare: view.startComparing,
      openQuestions: props.openQuestions,
      openSkip: () => view.setOverlay("skip"),
      openHelp: () => view.setOverlay("help"),
      submit,
      takeBackLast: props.takeBackLast,
    });
  }
  return { run, ...submission };
}
