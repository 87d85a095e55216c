import { useQuery } from "@tanstack/react-query";

import type { Overview } from "@/api/research-types";
import { formatCount } from "@/components/formats";
import { Loaded } from "@/components/loaded";
import { LoadingShape } from "@/components/loading-shape";
import { PageHeader } from "@/components/page-header";
import { StaleNote } from "@/components/stale-note";

import classes from "./home.module.css";
import { LiveRuns } from "./live-runs";
import { LoopRow } from "./loop-row";
import { OpenProjects } from "./open-projects";
import { overviewQuery } from "./overview-query";
import { WorkerNote } from "./worker-note";

const COUNT_WORDS: Record<keyof Overview, string> = {
  prompts: "Prompts",
  completions: "Completions",
  rankings: "Rankings",
  demonstrations: "Demonstrations",
  labelers: "Labelers",
  model_versions: "Model versions",
  runs_live: "Runs on their way",
};
const COUNTS = Object.entries(COUNT_WORDS) as [keyof Overview, string][];

function Counts({ overview }: { overview: Overview }) {
  return (
    <dl className={classes.counts}>
      {COUNTS.map(([key, words]) => (
        <div key={key}>
          <dt>{words}</dt>
          <dd>{formatCount(overview[key])}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Where researchers and admins begin: what there is, what moves, what comes next. */
export function ResearchHomePage() {
  const overview = useQuery(overviewQuery);
  return (
    <>
      <PageHeader title="Overview" />
      <StaleNote query={overview} />
      <WorkerNote />
      <Loaded query={overview} skeleton={<LoadingShape height={76} mb="xl" />}>
        {(counts) => <Counts overview={counts} />}
      </Loaded>
      <LoopRow overview={overview.data} />
      <div className={classes.columns}>
        <LiveRuns />
        <OpenProjects />
      </div>
    </>
  );
}
