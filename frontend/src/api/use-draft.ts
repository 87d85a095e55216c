import { useEffect, useState, useSyncExternalStore } from "react";

import { saveDraft } from "./assignments";
import { canonical, DraftKeeper } from "./draft-keeper";
import type { DraftState } from "./draft-keeper";
import type { Assignment, DraftBody } from "./types";

const RENEW_BELOW_MS = 20 * 60_000;
const RENEW_CHECK_MS = 30_000;
/** From here on a lease is shown as running out, and any key renews it at once. */
const RENEW_BY_KEY_BELOW_MS = 3 * 60_000;
const CLOCKS = new Set(["seconds_active", "seconds_shown"]);

function withoutClocks(body: DraftBody): unknown {
  return JSON.parse(
    JSON.stringify(body, (key, value: unknown) => (CLOCKS.has(key) ? undefined : value)),
  );
}

/** Two drafts are the same when everything but the clocks in them is. */
export function isSameDraft(left: DraftBody, right: DraftBody): boolean {
  return canonical(withoutClocks(left)) === canonical(withoutClocks(right));
}

export interface Draft<Body> {
  keeper: DraftKeeper<Body>;
  state: DraftState<Body>;
}

/**
 * The draft of one assignment for as long as its workplace is open.
 *
 * `currentBody` is asked when a lease must be renewed although nothing has changed: reading a long
 * text is work too. A tab that does not hold the task saves nothing.
 */
export function useDraft<Body extends DraftBody>(
  assignment: Assignment,
  currentBody: () => Body,
  lastActivityAt: () => number,
  isHeldHere = true,
): Draft<Body> {
  const [keeper] = useState(
    () =>
      new DraftKeeper<Body>({
        id: assignment.id,
        // The server keeps a draft's body as it was sent from here.
        server: assignment.draft as { version: number; body: Body } | null,
        leasedUntil: assignment.leased_until,
        save: (draft, options) => saveDraft(assignment.id, draft, options),
        isSame: isSameDraft,
      }),
  );
  const state = useSyncExternalStore(keeper.subscribe, keeper.getState);

  useEffect(() => {
    if (!isHeldHere) {
      keeper.release();
      return undefined;
    }
    keeper.start();
    const onHidden = () => {
      if (document.visibilityState === "hidden") keeper.flush({ isLeaving: true });
    };
    const onLeave = () => keeper.flush({ isLeaving: true });
    const onOnline = () => keeper.flush();
    document.addEventListener("visibilitychange", onHidden);
    window.addEventListener("pagehide", onLeave);
    window.addEventListener("online", onOnline);
    return () => {
      document.removeEventListener("visibilitychange", onHidden);
      window.removeEventListener("pagehide", onLeave);
      window.removeEventListener("online", onOnline);
      keeper.flush();
      keeper.stop();
    };
  }, [keeper, isHeldHere]);

  useEffect(() => {
    if (!isHeldHere) return undefined;
    const onKey = () => keeper.renewIfShort(currentBody(), RENEW_BY_KEY_BELOW_MS);
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [keeper, currentBody, isHeldHere]);

  useEffect(() => {
    if (!isHeldHere) return undefined;
    const timer = setInterval(() => {
      const isActive = Date.now() - lastActivityAt() < 2 * RENEW_CHECK_MS;
      if (isActive) keeper.renew(currentBody(), RENEW_BELOW_MS);
    }, RENEW_CHECK_MS);
    return () => clearInterval(timer);
  }, [keeper, currentBody, lastActivityAt, isHeldHere]);

  return { keeper, state };
}
