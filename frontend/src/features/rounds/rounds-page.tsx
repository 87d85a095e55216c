import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { isAtLeast, useSignedInUser } from "@/api/session";
import type { Round } from "@/api/training-types";
import { RUN_STATE_WORDS } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { PageHeader } from "@/components/page-header";
import { TableSkeleton } from "@/components/table-skeleton";
import { ToneBadge } from "@/components/tone-badge";

import { roundsQuery } from "./round-queries";
import { STEP_STATE_WORDS, STEP_WORDS } from "./round-words";
import classes from "./rounds.module.css";
import { StandingSection } from "./standing-section";

/** What the round did last, and whether it could not go on by itself. */
function NewestStep({ round: { newest_step: newest, problem, closed_at: closedAt } }: { round: Round }) {
  return (
    <>
      {newest === null ? (
        "none yet"
      ) : (
        <span className={classes.newest}>
          {STEP_WORDS[newest.step].label}
          <ToneBadge {...(newest.run_state ? RUN_STATE_WORDS[newest.run_state] : STEP_STATE_WORDS.done)} />
        </span>
      )}
      {problem !== "" && closedAt === null && <div className={classes.quiet}>could not go on by itself</div>}
    </>
  );
}

const COLUMNS: Column<Round>[] = [
  {
    key: "name",
    header: "Round",
    isRowHeader: true,
    width: "30%",
    cell: ({ id, name }) => <Link to={`/rounds/${id}`}>{name}</Link>,
  },
  {
    key: "policy",
    header: "Starts from",
    cell: ({ policy }) => <Link to={`/models/${policy.id}`}>{policy.name}</Link>,
  },
  { key: "project", header: "Ranked in", cell: ({ project }) => project.name },
  { key: "state", header: "State", cell: ({ closed_at: at }) => (at === null ? "Open" : "Closed") },
  { key: "newest", header: "Newest step", cell: (round) => <NewestStep round={round} /> },
  {
    key: "at",
    header: "Opened",
    cell: ({ created_at: at, created_by: by }) => (
      <>
        <Moment at={at} /> by {by.display_name}
      </>
    ),
  },
];

/** Every turn of the loop, newest first (R84). */
export function RoundsPage() {
  const rounds = useInfiniteQuery(roundsQuery);
  const isAdmin = isAtLeast(useSignedInUser().role, "admin");
  const open = isAdmin && <LinkButton to="/rounds/new">New round</LinkButton>;
  return (
    <>
      <PageHeader title="Rounds" actions={open}>
        Sample, rank, freeze, train a reward model, train a policy, evaluate, and then again.
      </PageHeader>
      <Loaded query={rounds} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title="There is no round yet" actions={open}>
              A round links the runs of one turn, and takes its steps by a click or by itself.
            </EmptyNote>
          ) : (
            <>
              <DataTable caption="Rounds" columns={COLUMNS} rows={rows} rowKey={({ id }) => id} />
              <MoreButton list={rounds} />
            </>
          )
        }
      </Loaded>
      <div style={{ marginTop: "2rem" }}>
        <StandingSection />
      </div>
    </>
  );
}
