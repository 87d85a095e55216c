import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { nextAssignment } from "@/api/assignments";
import type { Assignment, NextAssignment } from "@/api/types";

// Whoever stays this long is at work; a task that is skipped at a glance brings no second one.
export const PREFETCH_AFTER_MS = 5_000;
const LEASE_LEFT_MS = 60_000;

/** Whether the task can be shown without asking: it is there and still held for a while. */
export function isReady(next: NextAssignment | undefined, now: number): next is NextAssignment {
  const until = next?.assignment?.leased_until;
  return until != null && Date.parse(until) - now > LEASE_LEFT_MS;
}

/**
 * Fetches the task after the one in hand while that one is worked on; undefined until it is there.
 *
 * Nothing is said when it fails: the next task is then asked for in the ordinary way, with reasons.
 */
export function usePrefetch(
  project: number | null,
  current: Assignment | null,
): NextAssignment | undefined {
  const id = current?.state === "leased" ? current.id : null;
  const [settled, setSettled] = useState<string | null>(null);

  useEffect(() => {
    if (!id) return;
    const timer = setTimeout(() => setSettled(id), PREFETCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [id]);

  const next = useQuery<NextAssignment>({
    queryKey: ["labeling", "beside", project, id],
    queryFn: ({ signal }) => nextAssignment({ project, beside: id ?? undefined }, signal),
    enabled: id !== null && settled === id,
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
    // A task that could not be fetched without a network is worth another try with one.
    refetchOnReconnect: ({ state }) => (state.status === "error" ? "always" : false),
  });
  return next.data;
}
