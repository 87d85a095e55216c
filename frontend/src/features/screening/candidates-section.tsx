import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { Candidate } from "@/api/screening-types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";
import { ToneBadge } from "@/components/tone-badge";

import { candidatesQuery } from "./screening-queries";
import { CANDIDATE_STATES, CRITERIA, formatScore, markOf } from "./screening-words";
import type { Criterion } from "./screening-words";
import classes from "./screening.module.css";

function ScoreCell({ candidate, criterion }: { candidate: Candidate; criterion: Criterion }) {
  const score = candidate.scores[criterion];
  return (
    <span className={classes.score}>
      {score.value !== null && <strong>{formatScore(criterion, score.value)}</strong>}
      <ToneBadge {...markOf(score)} />
      {score.reason_undefined !== null && <small>{score.reason_undefined}</small>}
    </span>
  );
}

const COLUMNS: Column<Candidate>[] = [
  {
    key: "code",
    header: "Candidate",
    isRowHeader: true,
    cell: ({ id, code, decision }) => (
      <>
        <Link to={`/candidates/${id}`}>{code}</Link>
        {decision && <div className={classes.quiet}>{decision.labeler_name}</div>}
      </>
    ),
  },
  { key: "state", header: "State", cell: ({ state }) => <ToneBadge {...CANDIDATE_STATES[state]} /> },
  ...CRITERIA.map(
    ({ key, label }): Column<Candidate> => ({
      key,
      header: label,
      cell: (candidate) => <ScoreCell candidate={candidate} criterion={key} />,
    }),
  ),
  {
    key: "topics",
    header: "Topics and groups",
    cell: ({ topics, cultural_groups: groups }) => [...topics, ...groups].join(", "),
  },
  { key: "at", header: "Handed in", cell: ({ submitted_at: at }) => <Moment at={at} /> },
];

/** Those who have handed in, by code; names come with the decision (R12). */
export function CandidatesSection({ screeningId }: { screeningId: number }) {
  const candidates = useInfiniteQuery(candidatesQuery(screeningId));
  return (
    <Section
      title="Candidates"
      note="Cut-offs are soft: they mark a score, and whoever decides may override them. Names and vendors are shown once a decision is saved."
    >
      <Loaded query={candidates} skeleton={<TableSkeleton numRows={3} />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title="Nobody has handed in yet">
              Invite candidates on the People page and choose this screening there.
            </EmptyNote>
          ) : (
            <>
              <DataTable caption="Candidates" columns={COLUMNS} rows={rows} rowKey={({ id }) => id} />
              <MoreButton list={candidates} />
            </>
          )
        }
      </Loaded>
    </Section>
  );
}
