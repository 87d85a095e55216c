import { useQuery } from "@tanstack/react-query";

import { getAssignment, nextAssignment } from "@/api/assignments";
import type { NextAssignment } from "@/api/types";

export const LOOK_AGAIN_MS = 60_000;

/**
 * The task on the desk: the one asked for by name, the one fetched beforehand, or whatever is next.
 *
 * Never read again behind a labeler's back while there is one: the board holds newer truth. Each
 * turn is a query of its own, so that no task of an earlier turn can come out of the cache.
 */
export function useAssignment(
  project: number | null,
  chosen: string | null,
  turn: number,
  ready: NextAssignment | null,
) {
  return useQuery<NextAssignment>({
    queryKey: ["labeling", "desk", project, chosen, turn],
    queryFn: async ({ signal }) =>
      chosen
        ? {
            assignment: await getAssignment(chosen, signal),
            reason: null,
            num_waiting_for_others: 0,
            missing: [],
          }
        : nextAssignment({ project }, signal),
    initialData: chosen ? undefined : (ready ?? undefined),
    gcTime: 0,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    refetchInterval: ({ state }) => (state.data && !state.data.assignment ? LOOK_AGAIN_MS : false),
  });
}
