import { useEffect, useState, useSyncExternalStore } from "react";

import { ApiError } from "./errors";
import { clientKeyFor, forgetClientKey, Submission } from "./submission";
import type { SubmissionState } from "./submission";

export interface Submitting {
  state: SubmissionState;
  isUnderWay: boolean;
  begin: (send: (clientKey: string) => Promise<unknown>) => void;
  retryNow: () => void;
  stop: () => void;
  /** Leaves a task that turned out to be answered already. */
  goOn: () => void;
}

/** The key stands for another answer, or for one taken back: the next attempt needs a new one. */
function isKeySpent(error: unknown): boolean {
  return error instanceof ApiError && (error.code === "key_reused" || error.code === "taken_back");
}

/** Submits the answer to one assignment; `onAccepted` is called once, when the server has it. */
function useSubmission(assignmentId: string, onAccepted: () => void): Submitting {
  const [clientKey, setClientKey] = useState(() => clientKeyFor(assignmentId));
  const [submission] = useState(() => new Submission());
  const state = useSyncExternalStore(submission.subscribe, submission.getState);
  const isUnderWay = state.phase === "sending" || state.phase === "waiting";

  useEffect(() => {
    const onOnline = () => submission.retryNow();
    window.addEventListener("online", onOnline);
    return () => window.removeEventListener("online", onOnline);
  }, [submission]);

  useEffect(() => {
    // Closing the page now would lose the answer's way to the server, though not the answer.
    if (!isUnderWay) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isUnderWay]);

  function finish() {
    forgetClientKey(assignmentId);
    onAccepted();
  }

  return {
    state,
    isUnderWay,
    begin: (send) =>
      submission.begin(async () => {
        try {
          await send(clientKey);
        } catch (error) {
          if (isKeySpent(error)) {
            forgetClientKey(assignmentId);
            setClientKey(clientKeyFor(assignmentId));
          }
          throw error;
        }
        finish();
      }),
    retryNow: () => submission.retryNow(),
    stop: () => submission.stop(),
    goOn: finish,
  };
}

/** The draft behind an answer, as far as sending the answer concerns it. */
interface SentDraft {
  pause: () => void;
  resume: () => void;
  discard: () => void;
}

/** A submission whose draft rests while it is under way, goes on when it failed or was stopped, and
 * is gone once the server has the answer. */
export function useDraftSubmission(
  assignmentId: string,
  draft: SentDraft,
  onAccepted: () => void,
): Submitting {
  const submitting = useSubmission(assignmentId, () => {
    draft.discard();
    onAccepted();
  });
  return {
    ...submitting,
    begin: (send) => {
      draft.pause();
      submitting.begin(async (clientKey) => {
        try {
          await send(clientKey);
        } catch (error) {
          if (error instanceof ApiError && !error.isTransient) draft.resume();
          throw error;
        }
      });
    },
    stop: () => {
      submitting.stop();
      draft.resume();
    },
  };
}
