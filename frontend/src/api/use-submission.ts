import { useEffect, useState, useSyncExternalStore } from "react";

import { clientKeyFor, forgetClientKey, Submission } from "./submission";
import type { SubmissionState } from "./submission";

export interface Submitting {
  state: SubmissionState;
  isUnderWay: boolean;
  begin: (send: (clientKey: string) => Promise<unknown>) => void;
  retryNow: () => void;
  stop: () => void;
}

/** Submits the answer to one assignment; `onAccepted` is called once, when the server has it. */
export function useSubmission(assignmentId: string, onAccepted: () => void): Submitting {
  const [clientKey] = useState(() => clientKeyFor(assignmentId));
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

  return {
    state,
    isUnderWay,
    begin: (send) =>
      submission.begin(async () => {
        await send(clientKey);
        forgetClientKey(assignmentId);
        onAccepted();
      }),
    retryNow: () => submission.retryNow(),
    stop: () => submission.stop(),
  };
}
