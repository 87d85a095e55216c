import { Anchor, Button, Switch } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { reasonInBrief } from "@/api/run-reasons";
import { isAtLeast, useSignedInUser } from "@/api/session";
import type { StandingRewardModel } from "@/api/training-types";
import { RUN_STATE_WORDS } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { formatCount } from "@/components/formats";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { ProblemNote } from "@/components/problem-note";
import { SaidText } from "@/components/said-text";
import { Section } from "@/components/section";
import { StaleNote } from "@/components/stale-note";
import { TableSkeleton } from "@/components/table-skeleton";
import { ToneBadge } from "@/components/tone-badge";

import { ProjectNames } from "./ranking-projects";
import classes from "./rounds.module.css";
import { StandingDialog } from "./standing-dialog";
import { standingQuery, useStandingCommand } from "./standing-queries";

type Switched = (standing: StandingRewardModel, isOn: boolean) => void;

type WaitingProps = Pick<StandingRewardModel, "num_waiting" | "oldest_waiting_at">;

/** What the refresh under way, if there is one, does not learn from. */
function Waiting({ num_waiting: num, oldest_waiting_at: oldest }: WaitingProps) {
  return (
    oldest !== null && (
      <div className={classes.quiet}>
        {num === 1 ? "1 waits, submitted " : `${formatCount(num)} wait, the oldest submitted `}
        <Moment at={oldest} />
      </div>
    )
  );
}

function columnsFor(onSwitch: Switched | null): Column<StandingRewardModel>[] {
  return [
    { key: "name", header: "Reward model", isRowHeader: true, cell: ({ name }) => name },
    {
      key: "newest",
      header: "Newest version",
      cell: ({ newest, start }) => {
        const shown = newest ?? start;
        return (
          <>
            <Link to={`/models/${shown.id}`}>{shown.name}</Link>
            {newest === null && <div className={classes.quiet}>where it starts</div>}
          </>
        );
      },
    },
    {
      key: "new",
      header: "New rankings",
      cell: ({ num_new: num, min_rankings: min, ranking_projects: projects, ...waiting }) => (
        <>
          <div>
            {formatCount(num)} of {formatCount(min)}
          </div>
          <Waiting {...waiting} />
          {projects && (
            <div className={classes.quiet}>
              in <ProjectNames ids={projects} />
            </div>
          )}
        </>
      ),
    },
    {
      key: "run",
      header: "Last refresh",
      cell: ({ last_run: run }) =>
        run && (
          <>
            <Anchor component={Link} to={`/runs/${run.id}`}>
              <ToneBadge {...RUN_STATE_WORDS[run.state]} /> <Moment at={run.created_at} />
            </Anchor>
            <div className={classes.quiet}>{reasonInBrief(run)}</div>
          </>
        ),
    },
    {
      key: "on",
      header: "State",
      cell: (standing) => (
        <>
          {onSwitch ? (
            <Switch
              aria-label={`Keep ${standing.name} up to date`}
              label={standing.is_on ? "On" : "Off"}
              checked={standing.is_on}
              onChange={(event) => onSwitch(standing, event.currentTarget.checked)}
            />
          ) : standing.is_on ? (
            "On"
          ) : (
            "Off"
          )}
          {standing.problem !== "" && (
            <div className={classes.problem}>
              <SaidText text={standing.problem} what={`why ${standing.name} is off`} manyCharacters={340} />
            </div>
          )}
        </>
      ),
    },
  ];
}

/** The reward models that follow the rankings by themselves. */
export function StandingSection() {
  const standing = useQuery(standingQuery);
  const isAdmin = isAtLeast(useSignedInUser().role, "admin");
  const [isOpen, { open, close }] = useDisclosure(false);
  const command = useStandingCommand();
  const columns = columnsFor(
    isAdmin ? ({ id }, isOn) => command.mutate({ id, is_on: isOn }) : null,
  );
  return (
    <Section
      title="Standing reward models"
      note="Each goes on learning as rankings are sealed. Every refresh is a new version; a running PPO keeps the one it was given."
      actions={
        isAdmin && (
          <>
            <Button variant="default" onClick={open}>
              Keep one up to date
            </Button>
            <StandingDialog isOpen={isOpen} onClose={close} />
          </>
        )
      }
    >
      <StaleNote query={standing} />
      {command.isError && <ProblemNote error={command.error} title="That did not work" />}
      <Loaded query={standing} skeleton={<TableSkeleton numRows={2} />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title="No reward model is kept up to date" />
          ) : (
            <DataTable caption="Standing reward models" columns={columns} rows={rows} rowKey={({ id }) => id} />
          )
        }
      </Loaded>
    </Section>
  );
}
