import { useEffect, useState } from "react";

/** Where a piece of work is done: here, in another tab of this browser, or not yet known. */
export type Holder = "asking" | "here" | "elsewhere";

export interface SoleTab {
  holder: Holder;
  /** Works on it here from now on; the tab that did so becomes read-only. */
  takeOver: () => void;
  /** How often it came here from another tab: what is shown must be fetched anew each time. */
  numMoves: number;
}

/** A lock is granted within milliseconds unless another tab has it. */
const ELSEWHERE_AFTER_MS = 300;

interface Attempt {
  isTakingOver: boolean;
  number: number;
}

/** Waits for the lock, or takes it; calls back as soon as it is held, and when it was taken away. */
async function hold(
  name: string,
  { isTakingOver }: Attempt,
  signal: AbortSignal,
  on: { held: () => void; lost: () => void },
): Promise<void> {
  const untilLeft = new Promise<void>((release) => {
    signal.addEventListener("abort", () => release());
  });
  try {
    await navigator.locks.request(name, isTakingOver ? { steal: true } : { signal }, () => {
      if (signal.aborted) return undefined;
      on.held();
      return untilLeft;
    });
  } catch {
    if (!signal.aborted) on.lost();
  }
}

/**
 * Lets one tab of a browser work on a task, and only look at it in every other.
 *
 * When the working tab is closed, one that looks on works. Where the browser has no locks (they need
 * a secure connection) every tab may work, and the server refuses the draft of the one behind.
 */
export function useSoleTab(name: string): SoleTab {
  const hasLocks = "locks" in navigator;
  const [holder, setHolder] = useState<Holder>(hasLocks ? "asking" : "here");
  const [numMoves, setNumMoves] = useState(0);
  const [attempt, setAttempt] = useState<Attempt>({ isTakingOver: false, number: 0 });

  useEffect(() => {
    if (!hasLocks) return undefined;
    const leaving = new AbortController();
    let wasElsewhere = attempt.number > 0;
    const timer = setTimeout(() => {
      wasElsewhere = true;
      setHolder("elsewhere");
    }, ELSEWHERE_AFTER_MS);
    void hold(name, attempt, leaving.signal, {
      held: () => {
        clearTimeout(timer);
        if (wasElsewhere) setNumMoves((before) => before + 1);
        setHolder("here");
      },
      lost: () => {
        setHolder("elsewhere");
        setAttempt(({ number }) => ({ isTakingOver: false, number: number + 1 }));
      },
    });
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [name, attempt, hasLocks]);

  return {
    holder,
    takeOver: () => setAttempt(({ number }) => ({ isTakingOver: true, number: number + 1 })),
    numMoves,
  };
}
