import { api, bodyOf } from "@/api/client";
import type { Assignment } from "@/api/types";
import { useDraftSubmission } from "@/api/use-submission";
import type { Submitting } from "@/api/use-submission";

import type { DemonstrationDraftHandle } from "./use-demonstration-draft";

/** Sends the written text exactly as it stands, once however often it takes. */
export function useSubmitDemonstration(
  assignment: Assignment,
  draft: DemonstrationDraftHandle,
  onAccepted: () => void,
): Submitting & { submit: () => void } {
  const submitting = useDraftSubmission(assignment.id, draft, onAccepted);

  function submit() {
    const answer = {
      assignment: assignment.id,
      text: draft.text,
      seconds_active: Math.round(draft.secondsActive()),
      characters_typed: draft.howWritten?.typed ?? null,
      characters_pasted: draft.howWritten?.pasted ?? null,
    };
    submitting.begin((client_key) =>
      bodyOf(api.POST("/api/demonstrations/", { body: { ...answer, client_key } })),
    );
  }

  return { ...submitting, submit };
}
