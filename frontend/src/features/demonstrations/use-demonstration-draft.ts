import { useCallback, useEffect, useRef, useState } from "react";

import type { DraftState } from "@/api/draft-keeper";
import type { Assignment, DemonstrationDraft } from "@/api/types";
import { useActiveTime } from "@/api/use-active-time";
import { useDraft } from "@/api/use-draft";

export interface DemonstrationDraftHandle {
  text: string;
  write: (text: string) => void;
  state: DraftState<DemonstrationDraft>;
  resolveConflict: (choice: "mine" | "theirs") => void;
  secondsActive: () => number;
  saveNow: () => void;
  pause: () => void;
  resume: () => void;
  discard: () => void;
}

/** One labeler's unsent text, kept in this browser at every key and on the server shortly after. */
export function useDemonstrationDraft(assignment: Assignment): DemonstrationDraftHandle {
  const server = assignment.draft?.body as DemonstrationDraft | undefined;
  const time = useActiveTime(server?.seconds_active ?? 0);
  const latest = useRef(server?.text ?? "");
  const bodyOf = useCallback(
    (text: string): DemonstrationDraft => ({ text, seconds_active: Math.round(time.seconds()) }),
    [time],
  );
  const currentBody = useCallback(() => bodyOf(latest.current), [bodyOf]);
  const { keeper, state } = useDraft<DemonstrationDraft>(
    assignment,
    currentBody,
    time.lastActivityAt,
  );
  const [text, setText] = useState(keeper.opened?.text ?? "");
  useEffect(() => {
    latest.current = text;
  }, [text]);

  return {
    text,
    write: (next) => {
      setText(next);
      keeper.change(bodyOf(next));
    },
    state,
    resolveConflict: (choice) => {
      const body = keeper.resolve(choice);
      if (body) setText(body.text);
    },
    secondsActive: time.seconds,
    saveNow: () => keeper.flush(),
    pause: () => keeper.stop(),
    resume: () => keeper.start(),
    discard: () => keeper.discard(),
  };
}
