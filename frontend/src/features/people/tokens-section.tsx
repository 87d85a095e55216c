import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { ApiToken } from "@/api/research-types";
import { useSignedInUser } from "@/api/session";
import { ConfirmButton } from "@/components/confirm-button";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { ProblemNote } from "@/components/problem-note";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";

import { NewToken } from "./new-token";
import { tokensQuery, useRevokeToken } from "./people-queries";
import { SCOPE_WORDS } from "./token-scopes";

function RevokeToken({ token }: { token: ApiToken }) {
  const revoke = useRevokeToken(token.id);
  return (
    <>
      <ConfirmButton
        label="Revoke"
        question={`Revoke ${token.name}?`}
        consequence="Whatever uses this token is refused from now on. It cannot be brought back."
        confirmLabel="Revoke the token"
        isPending={revoke.isPending}
        onConfirm={() => revoke.mutate()}
      />
      {revoke.isError && <ProblemNote error={revoke.error} title="It was not revoked" />}
    </>
  );
}

const COLUMNS: Column<ApiToken>[] = [
  { key: "name", header: "Token", isRowHeader: true, cell: ({ name }) => name },
  { key: "prefix", header: "Begins with", cell: ({ prefix }) => <code>{prefix}</code> },
  {
    key: "scopes",
    header: "May",
    cell: ({ scopes }) => scopes.map((scope) => SCOPE_WORDS[scope].label.toLowerCase()).join(", "),
  },
  {
    key: "used",
    header: "Last used",
    cell: ({ last_used_at: at }) => (at ? <Moment at={at} /> : "never"),
  },
  { key: "expires", header: "Expires", cell: ({ expires_at: at }) => <Moment at={at} /> },
  { key: "revoke", header: "", cell: (token) => <RevokeToken token={token} /> },
];

/** One's own API tokens, for scripts that act as oneself. */
export function TokensSection() {
  const [isMaking, setIsMaking] = useState(false);
  const user = useSignedInUser();
  const tokens = useInfiniteQuery(tokensQuery);
  return (
    <Section
      title="Your API tokens"
      note="A script that sends one acts as you, within the token's scopes."
      actions={
        <Button variant="default" onClick={() => setIsMaking(true)}>
          New token
        </Button>
      }
    >
      <Loaded query={tokens} skeleton={<TableSkeleton numRows={2} />}>
        {(rows) => {
          // An admin is also sent the tokens of simulated labelers.
          const own = rows.filter((token) => token.user === user.id);
          return (
            <>
              {own.length === 0 ? (
                <EmptyNote title="You have no token" />
              ) : (
                <DataTable caption="Your API tokens" columns={COLUMNS} rows={own} rowKey={({ id }) => id} />
              )}
              <MoreButton list={tokens} />
            </>
          );
        }}
      </Loaded>
      <NewToken isOpen={isMaking} onClose={() => setIsMaking(false)} />
    </Section>
  );
}
