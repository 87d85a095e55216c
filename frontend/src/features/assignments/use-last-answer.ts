import { useQuery } from "@tanstack/react-query";

import { historyQuery } from "@/api/assignments";
import type { HistoryEntry } from "@/api/types";
import { useNow } from "@/components/use-now";

export type TakeBackable = HistoryEntry & { submitted_at: string; take_back_until: string };

export function canTakeBack(entry: HistoryEntry, now: number): entry is TakeBackable {
  return (
    entry.submitted_at !== null &&
    entry.take_back_until !== null &&
    Date.parse(entry.take_back_until) > now
  );
}

/** The answer submitted last, while it can still be taken back; it survives a reload. */
export function useLastAnswer(): TakeBackable | null {
  const history = useQuery(historyQuery);
  const now = useNow();
  const open = (history.data?.results ?? []).filter((entry): entry is TakeBackable =>
    canTakeBack(entry, now),
  );
  const latestFirst = open.sort((a, b) => (a.submitted_at < b.submitted_at ? 1 : -1));
  return latestFirst[0] ?? null;
}
