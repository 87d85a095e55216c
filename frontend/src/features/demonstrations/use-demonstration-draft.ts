import { useCallback, useEffect, useRef, useState } from "react";

import type { DraftState } from "@/api/draft-keeper";
import type { Assignment, DemonstrationDraft } from "@/api/types";
import { useActiveTime } from "@/api/use-active-time";
import { useDraft } from "@/api/use-draft";

import { forgetVersions, keepVersion } from "./draft-versions";
import { countChange } from "./how-written";
import type { HowWritten } from "./how-written";

export interface DemonstrationDraftHandle {
  text: string;
  howWritten: HowWritten;
  /** `inputType` is the browser's name for the change, where there is one. */
  write: (text: string, inputType?: string) => void;
  /** Takes an earlier version up; the text it replaces becomes a version itself. */
  restore: (text: string) => void;
  state: DraftState<DemonstrationDraft>;
  resolveConflict: (choice: "mine" | "theirs") => void;
  secondsActive: () => number;
  saveNow: () => void;
  pause: () => void;
  resume: () => void;
  discard: () => void;
}

interface Written {
  text: string;
  how: HowWritten;
}

function openedAs(body: DemonstrationDraft | null): Written {
  if (body === null || body.text === "") return { text: "", how: { typed: 0, pasted: 0 } };
  const { text, characters_typed: typed, characters_pasted: pasted } = body;
  // Text from before it was counted: nobody knows how its beginning came to be.
  return { text, how: typed === undefined || pasted === undefined ? null : { typed, pasted } };
}

/** One labeler's unsent text, kept in this browser at every key and on the server shortly after. */
export function useDemonstrationDraft(assignment: Assignment): DemonstrationDraftHandle {
  const server = (assignment.draft?.body ?? null) as DemonstrationDraft | null;
  const time = useActiveTime(server?.seconds_active ?? 0);
  const latest = useRef<Written>(openedAs(server));
  const startedAt = useRef<number | null>(null);
  const bodyOf = useCallback(
    ({ text, how }: Written): DemonstrationDraft => ({
      text,
      seconds_active: Math.round(time.seconds()),
      ...(how && { characters_typed: how.typed, characters_pasted: how.pasted }),
    }),
    [time],
  );
  const currentBody = useCallback(() => bodyOf(latest.current), [bodyOf]);
  const { keeper, state } = useDraft<DemonstrationDraft>(
    assignment,
    currentBody,
    time.lastActivityAt,
  );
  const [written, setWritten] = useState<Written>(() => openedAs(keeper.opened));
  useEffect(() => {
    latest.current = written;
  }, [written]);

  function take(next: Written) {
    setWritten(next);
    keeper.change(bodyOf(next));
  }

  function write(text: string, inputType?: string) {
    startedAt.current ??= Date.now();
    keepVersion(assignment.id, text, { startedAt: startedAt.current });
    take({ text, how: countChange(written.how, written.text, text, inputType) });
  }

  return {
    text: written.text,
    howWritten: written.how,
    write,
    restore: (text) => {
      keepVersion(assignment.id, written.text, { isUrgent: true });
      take({ text, how: written.how });
    },
    state,
    resolveConflict: (choice) => {
      keepVersion(assignment.id, written.text, { isUrgent: true });
      const body = keeper.resolve(choice);
      if (body) setWritten(openedAs(body));
    },
    secondsActive: time.seconds,
    saveNow: () => keeper.flush(),
    pause: () => keeper.stop(),
    resume: () => keeper.start(),
    discard: () => {
      keeper.discard();
      forgetVersions(assignment.id);
    },
  };
}
