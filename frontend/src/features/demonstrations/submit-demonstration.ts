import { api, bodyOf } from "@/api/client";
import { ApiError } from "@/api/errors";
import type { Assignment } from "@/api/types";
import { useSubmission } from "@/api/use-submission";
import type { Submitting } from "@/api/use-submission";

import type { DemonstrationDraftHandle } from "./use-demonstration-draft";

/** Sends the written text exactly as it stands, once however often it takes. */
export function useSubmitDemonstration(
  assignment: Assignment,
  draft: DemonstrationDraftHandle,
  onAccepted: () => void,
): Submitting & { submit: () => void } {
  const submitting = useSubmission(assignment.id, () => {
    draft.discard();
    onAccepted();
  });

  function submit() {
    const answer = {
      assignment: assignment.id,
      text: draft.text,
      seconds_active: Math.round(draft.secondsActive()),
      characters_typed: draft.howWritten?.typed ?? null,
      characters_pasted: draft.howWritten?.pasted ?? null,
    };
    draft.pause();
    submitting.begin(async (client_key) => {
      try {
        await bodyOf(api.POST("/api/demonstrations/", { body: { ...answer, client_key } }));
      } catch (error) {
        if (error instanceof ApiError && !error.isTransient) draft.resume();
        throw error;
      }
    });
  }

  return {
    ...submitting,
    submit,
    stop: () => {
      submitting.stop();
      draft.resume();
    },
  };
}
