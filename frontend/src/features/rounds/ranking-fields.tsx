import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import type { ProblemOf } from "./choices";
import { RankingProjects } from "./ranking-projects";
import { everyRoundQuery } from "./round-queries";
import classes from "./rounds.module.css";

/** Which rankings the reward model of a round learns from (R86). */
export interface RankingData {
  /** All projects where there are none. */
  projects: number[];
  /** The id of an earlier round; empty to leave nothing out. */
  leavesOut: string;
}

export const ALL_RANKINGS: RankingData = { projects: [], leavesOut: "" };
export const RANKING_FIELDS = ["ranking_projects", "leaves_out"];

/** The part of the request that says so; without any it is every ranking so far. */
export function rankingRequest({ projects, leavesOut }: RankingData) {
  return {
    ...(projects.length > 0 && { ranking_projects: projects }),
    ...(leavesOut !== "" && { leaves_out: leavesOut }),
  };
}

export function RankingFields({
  data,
  ownProject,
  problem,
  onChange,
}: {
  data: RankingData;
  /** Where the completions of the round are ranked. */
  ownProject: number;
  problem: ProblemOf;
  onChange: (data: RankingData) => void;
}) {
  const rounds = useQuery(everyRoundQuery).data ?? [];
  const earlier = rounds.filter(({ rankings }) => rankings !== null);
  return (
    <>
      <RankingProjects
        chosen={data.projects}
        error={problem("ranking_projects")}
        onChange={(projects) => onChange({ ...data, projects })}
      />
      {data.projects.length > 0 && !data.projects.includes(ownProject) && (
        <p className={classes.quiet} role="status">
          Its own ranking project is not among them: what is ranked in this round is not learned from.
        </p>
      )}
      <NativeSelect
        label="Rankings to leave out"
        description={
          earlier.length > 0
            ? "What a round had frozen includes the rankings of the rounds before it."
            : "No round has frozen any rankings yet, so there are none to leave out."
        }
        data={[
          { value: "", label: "None: learn from every ranking so far" },
          ...earlier.map(({ id, name }) => ({ value: id, label: `What ${name} had frozen` })),
        ]}
        disabled={earlier.length === 0}
        value={data.leavesOut}
        error={problem("leaves_out")}
        onChange={(event) => onChange({ ...data, leavesOut: event.currentTarget.value })}
      />
    </>
  );
}
