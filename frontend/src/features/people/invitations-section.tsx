import { useInfiniteQuery } from "@tanstack/react-query";

import type { Invitation } from "@/api/research-types";
import { POOL_WORDS, ROLE_WORDS } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";
import { ToneBadge } from "@/components/tone-badge";

import { invitationsQuery } from "./people-queries";

const STATES = {
  pending: { label: "Waiting", tone: "caution", icon: "waiting" },
  accepted: { label: "Accepted", tone: "good", icon: "done" },
  expired: { label: "Expired", tone: "neutral", icon: "stopped" },
} as const;

const COLUMNS: Column<Invitation>[] = [
  { key: "email", header: "Email", isRowHeader: true, cell: ({ email }) => email },
  { key: "state", header: "State", cell: ({ state }) => <ToneBadge {...STATES[state]} /> },
  { key: "role", header: "Role", cell: ({ role }) => ROLE_WORDS[role] },
  { key: "pool", header: "Pool", cell: ({ pool }) => POOL_WORDS[pool] },
  { key: "screening", header: "Screening", cell: ({ screening_name: name }) => name ?? "none" },
  { key: "vendor", header: "Vendor", cell: ({ vendor }) => vendor },
  { key: "made", header: "Made", cell: ({ created_at: at }) => <Moment at={at} /> },
  { key: "expires", header: "Expires", cell: ({ expires_at: at }) => <Moment at={at} /> },
];

/** Who was invited and whether they came; absent while nobody was. */
export function InvitationsSection() {
  const invitations = useInfiniteQuery(invitationsQuery);
  if (invitations.data?.length === 0) return null;
  return (
    <Section title="Invitations" note="A link that was lost is replaced by inviting again.">
      <Loaded query={invitations} skeleton={<TableSkeleton numRows={2} />}>
        {(rows) => (
          <>
            <DataTable caption="Invitations" columns={COLUMNS} rows={rows} rowKey={({ id }) => id} />
            <MoreButton list={invitations} />
          </>
        )}
      </Loaded>
    </Section>
  );
}
