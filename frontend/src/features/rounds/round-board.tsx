import { Anchor, Button, Group } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";

import type { RoundDetail, RoundStep, StartedStep } from "@/api/training-types";
import { countOf, formatCount } from "@/components/formats";
import { KeptFocus } from "@/components/kept-focus";
import { LinkButton } from "@/components/link-button";
import { Moment } from "@/components/moment";
import { SaidText } from "@/components/said-text";
import { ToneBadge } from "@/components/tone-badge";

import { failureInWords, NOT_BEGUN, STEP_STATE_WORDS, STEP_WORDS } from "./round-words";
import classes from "./rounds.module.css";

/** Where a step leads: its run and what that made, its data, its tasks or its evaluation. */
function Leads({ step, projectId }: { step: RoundStep; projectId: number }) {
  const { run, snapshot, num_tasks: numTasks, evaluation } = step;
  return (
    <>
      {run && (
        <div>
          <Anchor component={Link} to={`/runs/${run.id}`}>
            {run.name}
          </Anchor>
          {run.total_steps !== null && step.state === "working" && (
            <span className={classes.quiet}>
              , step {formatCount(run.step)} of {formatCount(run.total_steps)}
            </span>
          )}
        </div>
      )}
      {run?.output_model_version && (
        <div>
          <span className={classes.quiet}>made </span>
          <Anchor component={Link} to={`/models/${run.output_model_version.id}`}>
            {run.output_model_version.name}
          </Anchor>
        </div>
      )}
      {snapshot && (
        <div>
          <Anchor component={Link} to={`/data/${snapshot.id}`}>
            {snapshot.name}
          </Anchor>
          <span className={classes.quiet}>
            , {countOf(snapshot.num_records, "record")}
            {snapshot.counts.pairs !== undefined && `, ${countOf(snapshot.counts.pairs, "pair")}`}
          </span>
        </div>
      )}
      {numTasks !== null && (
        <div>
          <Anchor component={Link} to={`/projects/${projectId}`}>
            {countOf(numTasks, "task")}
          </Anchor>
        </div>
      )}
      {evaluation && (
        <div>
          <Anchor component={Link} to={`/evaluations/${evaluation.id}`}>
            {evaluation.name}
          </Anchor>
        </div>
      )}
    </>
  );
}

function sentenceOf(note: string): string {
  return note.endsWith(".") ? note : `${note}.`;
}

/** What went wrong in words, and behind it what the program said. */
function Failure({ step, run }: { step: RoundStep["step"]; run: NonNullable<RoundStep["run"]> }) {
  return (
    <>
      <p className={classes.note}>{failureInWords(step, run)}</p>
      {run.reason_detail !== null && (
        <details className={classes.quiet}>
          <summary>What the program said</summary>
          <SaidText text={run.reason_detail} what={`what ended ${run.name}`} />
        </details>
      )}
    </>
  );
}

function whoBegan({ started_by: by, started_at: at }: RoundStep) {
  if (at === null) return null;
  return (
    <div className={classes.quiet}>
      {by === null ? "began by itself" : `begun by ${by.display_name}`} <Moment at={at} />
    </div>
  );
}

interface StartProps {
  step: RoundStep;
  /** Whose completions an evaluation of the round would judge. */
  policySource: number | null;
  isPending: boolean;
  onStart: (step: StartedStep) => void;
}

function StartButton({ step, policySource, isPending, onStart }: StartProps) {
  const isJudged = step.step === "evaluation" && step.state === "ready";
  if (!step.can_start && !isJudged) return null;
  const chosen = policySource === null ? "" : `?source=${String(policySource)}`;
  return (
    <Group gap="sm">
      {step.can_start && (
        <Button
          variant={step.state === "ready" ? "filled" : "default"}
          loading={isPending}
          onClick={() => onStart(step.step)}
        >
          {step.state === "failed" ? "Begin again" : STEP_WORDS[step.step].start}
        </Button>
      )}
      {isJudged && (
        <LinkButton to={`/evaluations/new${chosen}`} isQuiet={step.can_start}>
          Open an evaluation
        </LinkButton>
      )}
    </Group>
  );
}

/** A closed round begins nothing: a step that has not begun waits for nothing and is not ready. */
function isNotBegun({ step, state }: RoundStep, isClosed: boolean): boolean {
  // What people judge is up to them, also when the round is closed.
  return isClosed && (state === "waiting" || (state === "ready" && step !== "evaluation"));
}

function Step({
  step,
  round,
  children,
}: {
  step: RoundStep;
  round: RoundDetail["round"];
  children: ReactNode;
}) {
  const { label, help } = STEP_WORDS[step.step];
  const isClosed = round.closed_at !== null;
  const isOver = isNotBegun(step, isClosed);
  return (
    <li className={classes.step} aria-label={label}>
      <div className={classes.head}>
        <h2>{label}</h2>
        <ToneBadge {...(isOver ? NOT_BEGUN : STEP_STATE_WORDS[step.state])} />
      </div>
      <p className={classes.quiet}>
        {help}
        {step.is_automatic && !isClosed && " Begins by itself."}
      </p>
      {step.note !== "" && !isOver && <p>{sentenceOf(step.note)}</p>}
      {step.state === "failed" && step.run && <Failure step={step.step} run={step.run} />}
      <Leads step={step} projectId={round.project.id} />
      {whoBegan(step)}
      {children}
    </li>
  );
}

/** The six steps in order, each with its state, where it leads and what may be done now. */
export function RoundBoard({
  detail,
  isAdmin,
  isPending,
  onStart,
}: {
  detail: RoundDetail;
  isAdmin: boolean;
  isPending: boolean;
  onStart: (step: StartedStep) => void;
}) {
  const policySource = detail.steps.find(({ step }) => step === "ppo")?.run?.output_source_id ?? null;
  return (
    <ol className={classes.board} aria-label="Steps of the round">
      {detail.steps.map((step) => (
        <Step key={step.step} step={step} round={detail.round}>
          {isAdmin && (
            <KeptFocus label={STEP_WORDS[step.step].label} className={classes.act}>
              <StartButton step={step} policySource={policySource} isPending={isPending} onStart={onStart} />
            </KeptFocus>
          )}
        </Step>
      ))}
    </ol>
  );
}
