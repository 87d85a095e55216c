import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

import { snapshotsQuery } from "@/api/snapshots";
import type { Freezing } from "@/api/training-types";
import { SNAPSHOT_KIND_WORDS } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { Moment } from "@/components/moment";
import { Section } from "@/components/section";
import { ToneBadge } from "@/components/tone-badge";

import { freezingsQuery, isLiveFreezing } from "./freezing-queries";
import { FreezingState } from "./freezing-state";

const STATE_WORDS = {
  queued: { label: "Waiting", tone: "neutral", icon: "waiting" },
  running: { label: "Freezing", tone: "active", icon: "working" },
  done: { label: "Frozen", tone: "good", icon: "done" },
  failed: { label: "Failed", tone: "bad", icon: "failed" },
} as const satisfies Record<Freezing["state"], object>;

const COLUMNS: Column<Freezing>[] = [
  { key: "name", header: "Snapshot", isRowHeader: true, cell: ({ name }) => name },
  { key: "kind", header: "Kind", cell: ({ kind }) => SNAPSHOT_KIND_WORDS[kind] },
  { key: "state", header: "State", cell: ({ state }) => <ToneBadge {...STATE_WORDS[state]} /> },
  { key: "more", header: "How far", cell: (freezing) => <FreezingState freezing={freezing} /> },
  { key: "by", header: "Asked for by", cell: ({ created_by: by }) => by.display_name },
  { key: "at", header: "Asked for", cell: ({ created_at: at }) => <Moment at={at} /> },
];

/** What is being frozen, and what could not be; nothing while there is none. */
export function FreezingsSection() {
  const queryClient = useQueryClient();
  const freezings = useQuery(freezingsQuery);
  const rows = freezings.data ?? [];
  const numLive = rows.filter(isLiveFreezing).length;
  const before = useRef(numLive);
  useEffect(() => {
    // One is over: the list of snapshots has it now.
    if (numLive < before.current) void queryClient.invalidateQueries({ queryKey: snapshotsQuery.queryKey });
    before.current = numLive;
  }, [numLive, queryClient]);
  if (rows.length === 0) return null;
  return (
    <Section title="Not frozen yet" note="One that failed is shown for a day; nothing of it was kept.">
      <DataTable caption="Not frozen yet" columns={COLUMNS} rows={rows} rowKey={({ id }) => id} />
    </Section>
  );
}
