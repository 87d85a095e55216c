import { Alert, Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";

import { reasonInWords } from "@/api/run-reasons";
import type { Run } from "@/api/training-types";
import { RUN_STATE_WORDS, stageInWords } from "@/api/words";
import { formatDateTime, formatDuration } from "@/components/formats";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { PageHeader } from "@/components/page-header";
import { SaidText } from "@/components/said-text";
import { Section } from "@/components/section";
import { StaleNote } from "@/components/stale-note";
import { ToneBadge } from "@/components/tone-badge";

import { BrokenStepNote } from "./broken-step-note";
import { GpuWorkersNote } from "./gpu-workers-note";
import { RunActions } from "./run-actions";
import { RunCurves } from "./run-curves";
import { RunHistory } from "./run-history";
import { RunLineageGraph } from "./run-lineage";
import { LOG_ID, RunLogView } from "./run-log-view";
import classes from "./run-page.module.css";
import { RunProgress } from "./run-progress";
import { RunReport } from "./run-report";
import { RunSamples } from "./run-samples";
import { RunInputs, RunSpecification } from "./run-specification";
import { wishInWords } from "./run-words";
import { runQuery } from "./use-run";

const AT_WORK: ReadonlySet<Run["state"]> = new Set(["claimed", "running", "stopping"]);

function whereItIs({ state, worker, ended_at: endedAt }: Run): string {
  const place = worker === null ? "" : ` on ${worker}`;
  if (AT_WORK.has(state)) return place.trim();
  if (endedAt === null) return place === "" ? "" : `last${place}`;
  return `ended ${formatDateTime(endedAt)}${place}`;
}

function attemptsInWords(run: Run): string {
  const failed = `, ${run.failures} of at most ${run.max_failures} failed`;
  return `attempt ${run.attempt}${run.failures > 0 ? failed : ""}`;
}

function ToTheLog() {
  return (
    <div>
      <Anchor href={`#${LOG_ID}`} size="sm">The end of the log</Anchor>
    </div>
  );
}

function Reason({ run }: { run: Run }) {
  const reason = reasonInWords(run);
  if (!reason) return null;
  return (
    <Alert color={run.state === "failed" ? "red" : "yellow"} title={reason} role="status">
      {run.reason_detail && <SaidText text={run.reason_detail} what="the reason" />}
      {run.broken_step && <BrokenStepNote step={run.broken_step} />}
      <ToTheLog />
    </Alert>
  );
}

function Stalled({ run }: { run: Run }) {
  if (run.stalled_seconds === null) return null;
  return (
    <Alert color="yellow" title={`No step for ${formatDuration(run.stalled_seconds)}`} role="status">
      It still reports, so it goes on unless somebody ends it. The end of the log says what it was
      doing last. A run that is paused and resumed goes on from its newest checkpoint.
      <ToTheLog />
    </Alert>
  );
}

function Warnings({ warnings }: { warnings: string[] }) {
  if (warnings.length === 0) return null;
  return (
    <Alert color="yellow" title="Warnings">
      {warnings.map((warning) => (
        <div key={warning}>{warning}</div>
      ))}
    </Alert>
  );
}

/** How fresh what the page shows is, and what an end now would cost. */
function SignsOfLife({ run }: { run: Run }) {
  const signs = [
    { words: "Last heartbeat", at: run.heartbeat_at },
    { words: "Newest checkpoint", at: run.ended_at === null ? run.checkpointed_at : null },
  ].filter((sign): sign is { words: string; at: string } => sign.at !== null);
  if (signs.length === 0) return null;
  return (
    <div className={classes.quiet}>
      {signs.map(({ words, at }, index) => (
        <span key={words}>
          {index > 0 && " · "}
          {words} <Moment at={at} />
        </span>
      ))}
    </div>
  );
}

function State({ run }: { run: Run }) {
  return (
    <Section title="State" isSheet>
      <div className={classes.lines}>
        <div className={classes.state} role="status">
          <ToneBadge {...RUN_STATE_WORDS[run.state]} />
          {[whereItIs(run), wishInWords(run)]
            .filter((words) => words !== "")
            .map((words) => (
              <span key={words}>{words}</span>
            ))}
          {run.attempt > 0 && <span className={classes.quiet}>{attemptsInWords(run)}</span>}
        </div>
        <RunProgress run={run} />
        <SignsOfLife run={run} />
        <Stalled run={run} />
        <Reason run={run} />
        <Warnings warnings={run.warnings} />
      </div>
    </Section>
  );
}

function RunView({ run }: { run: Run }) {
  return (
    <>
      <PageHeader
        title={run.name}
        actions={
          <>
            {run.output_model_version && (
              <LinkButton to={`/models/${run.output_model_version.id}`} isQuiet>
                Open the model
              </LinkButton>
            )}
            <LinkButton to={`/runs?stage=${run.stage}&compare=${run.id}`} isQuiet>
              Compare
            </LinkButton>
            <RunActions run={run} />
          </>
        }
      >
        {stageInWords(run)}, requested by {run.created_by.display_name}{" "}
        <Moment at={run.created_at} />
        {run.parent_id && (
          <>
            , a retry of{" "}
            <Anchor component={Link} to={`/runs/${run.parent_id}`}>
              an earlier run
            </Anchor>
          </>
        )}
      </PageHeader>
      {run.state === "queued" && <GpuWorkersNote />}
      <State run={run} />
      <RunReport run={run} />
      <RunCurves run={run} />
      <RunSamples run={run} />
      <RunInputs run={run} />
      <RunLineageGraph run={run} />
      <RunLogView run={run} />
      <RunHistory run={run} />
      <RunSpecification run={run} />
    </>
  );
}

/** One training or sampling job while it is at work and ever after. */
export function RunPage() {
  const { runId = "" } = useParams();
  const run = useQuery(runQuery(runId));
  return (
    <>
      <StaleNote query={run} />
      <Loaded query={run}>{(found) => <RunView key={found.id} run={found} />}</Loaded>
    </>
  );
}
