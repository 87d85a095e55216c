import { Button } from "@mantine/core";
import type { ReactNode } from "react";

import { sentenceFor } from "@/api/errors";
import type { FieldMessages } from "@/api/errors";
import type { HyperparameterField, RunCheck, StageDescription } from "@/api/training-types";
import { PPO_PTX } from "@/api/words";
import { countOf, formatBytes, formatCount, formatDuration } from "@/components/formats";
import { ProblemNote } from "@/components/problem-note";

import { ppoLength, textOf } from "./hyperparameter-form";
import type { Typed } from "./hyperparameter-form";
import { roleWords } from "./launch-choices";
import type { LaunchRequest } from "./launch-choices";
import classes from "./launch.module.css";
import { Estimate } from "./run-estimate";
import { useIsNarrow } from "./use-is-narrow";
import type { Launched } from "./use-launch";

/** What a sweep varies, with its values or why they cannot be used. */
export type SweepReading = { parameter: string } & ({ values: number[] } | { problem: string });

/** Why the run cannot be requested yet; null when it can. */
function blockedBecause(
  stage: StageDescription,
  open: string[],
  numProblems: number,
  sweep: SweepReading | null,
  said: FieldMessages,
): string | null {
  if (open.length > 0) {
    const names = open.map((role) => roleWords(stage.stage, role).label.toLowerCase());
    return `Still to choose: ${names.join(", ")}.`;
  }
  if (numProblems > 0) return `${countOf(numProblems, "value")} cannot be used as typed.`;
  if (sweep && "problem" in sweep) return `${sweep.parameter}: ${sweep.problem}`;
  const names = [...new Set(Object.keys(said).map((field) => nameOf(stage, field)))];
  return names.length > 0 ? `Cannot be requested as it is: see ${names.join(", ")}.` : null;
}

/** What a field of a request is called on the page. */
function nameOf({ stage }: StageDescription, field: string): string {
  const [family = "", name = ""] = field.split(/\.(.*)/);
  if (family === "inputs") return roleWords(stage, name).label;
  if (family === "hyperparameters" && name !== "") return name;
  return { prompt_query: "Number of prompts", weights: "the weights" }[family] ?? family;
}

/** What will run: the stage, or PPO-ptx where pretraining text counts in any of the runs. */
function titleOf({ label, hyperparameters: fields }: StageDescription, request: LaunchRequest, sweep: SweepReading | null): string {
  const standard = fields.find(({ name }) => name === "ptx_coef")?.default ?? 0;
  const weights = [request.hyperparameters.ptx_coef ?? standard];
  const swept = sweep?.parameter === "ptx_coef" && "values" in sweep ? sweep.values : weights;
  return swept.some((weight) => Number(weight) > 0) ? PPO_PTX : label;
}

function launchedBy(request: LaunchRequest, sweep: SweepReading | null): Launched {
  if (!sweep || !("values" in sweep)) return { run: request };
  const { stage, name, seed, inputs, hyperparameters, evaluations } = request;
  const { parameter, values } = sweep;
  return { sweep: { stage, name, seed, inputs, hyperparameters, evaluations, parameter, values } };
}

function Warnings({ warnings }: { warnings: string[] }) {
  if (warnings.length === 0) return null;
  return (
    <ul className={classes.warnings} aria-label="Warnings">
      {warnings.map((warning) => (
        <li key={warning}>{warning}</li>
      ))}
    </ul>
  );
}

function Changes({ fields, request }: { fields: HyperparameterField[]; request: LaunchRequest }) {
  const changed = fields.filter(({ name }) => name in request.hyperparameters);
  if (changed.length === 0) {
    return <p className={classes.quiet}>All hyperparameters stand at their defaults.</p>;
  }
  return (
    <>
      <p className={classes.quiet}>{countOf(changed.length, "change")} from the defaults</p>
      <ul className={classes.changes}>
        {changed.map(({ name, default: standard }) => (
          <li key={name}>
            {name} {textOf(standard)} → <b>{textOf(request.hyperparameters[name] ?? standard)}</b>
          </li>
        ))}
      </ul>
    </>
  );
}

/** How many prompts a run is about that chooses them when it is requested. */
function promptsFound({ prompt_query: query }: LaunchRequest, found: number): string {
  return found < (query?.num_prompts ?? 0)
    ? `${countOf(found, "prompt")} of ${formatCount(query?.num_prompts ?? 0)} asked for`
    : countOf(found, "prompt");
}

/** What is worth knowing before the run starts, and what it will take. */
function Expected({
  check,
  request,
  numRuns,
}: {
  check: RunCheck | undefined;
  request: LaunchRequest;
  numRuns: number;
}) {
  if (!check) return null;
  return (
    <>
      <Warnings warnings={check.warnings} />
      {check.estimate && request.prompt_query && (
        <p className={classes.quiet}>Reads {promptsFound(request, check.estimate.num_records)}.</p>
      )}
      {check.estimate && <Estimate estimate={check.estimate} numRuns={numRuns} />}
    </>
  );
}

/** The same in one line: `10 min 0 s, 3.1 GB, 2 changes, 1 warning`. */
function briefOf(check: RunCheck | undefined, numChanges: number): string {
  const estimate = check?.estimate;
  const parts = estimate
    ? [
        estimate.seconds ? formatDuration(estimate.seconds.middle) : "time not known",
        formatBytes(estimate.memory_bytes),
      ]
    : ["No estimate yet"];
  if (numChanges > 0) parts.push(countOf(numChanges, "change"));
  if (check && check.warnings.length > 0) parts.push(countOf(check.warnings.length, "warning"));
  return parts.join(", ");
}

/** Beside the form everything; on a small screen one line, which opens, at the foot of the screen. */
function Foldable({ title, brief, children }: { title: string; brief: string; children: ReactNode }) {
  const isNarrow = useIsNarrow();
  if (!isNarrow) {
    return (
      <>
        <h2>{title}</h2>
        {children}
      </>
    );
  }
  return (
    <details>
      <summary>
        <b>{title}</b> {brief}
      </summary>
      <div className={classes.unfolded}>{children}</div>
    </details>
  );
}

/** What is about to be requested, what the server thinks of it, and the button. */
export function LaunchSummary({
  stage,
  request,
  check,
  checked,
  said,
  typed,
  sweep,
  openRoles,
  numProblems,
  launch,
}: {
  stage: StageDescription;
  request: LaunchRequest;
  check: { data: RunCheck | undefined; isError: boolean; error: unknown };
  /** The request that the check is about, which may be one of a moment ago. */
  checked: LaunchRequest;
  /** What the server says of the fields; each stands beside its field too. */
  said: FieldMessages;
  typed: Typed;
  sweep: SweepReading | null;
  openRoles: string[];
  numProblems: number;
  launch: { error: unknown; isPending: boolean; isError: boolean; mutate: (launched: Launched) => void };
}) {
  const blocked = blockedBecause(stage, openRoles, numProblems, sweep, said);
  const numRuns = sweep && "values" in sweep ? sweep.values.length : 1;
  const length = ppoLength(stage.stage, stage.hyperparameters, typed);
  return (
    <aside className={classes.summary} aria-label="What will be requested">
      <Foldable
        title={titleOf(stage, request, sweep)}
        brief={briefOf(check.data, Object.keys(request.hyperparameters).length)}
      >
        {length && (
          <p className={classes.quiet}>
            {countOf(length.iterations, "iteration")}, {countOf(length.updates, "update")}
          </p>
        )}
        <Changes fields={stage.hyperparameters} request={request} />
        <Expected check={check.data} request={checked} numRuns={numRuns} />
      </Foldable>
      {check.isError && (
        <p className={classes.quiet} role="status">
          The run could not be checked: {sentenceFor(check.error)}
        </p>
      )}
      {launch.isError && (
        <ProblemNote
          error={launch.error}
          title="The run was not requested"
          shownFields={Object.keys(said)}
        />
      )}
      <Button
        fullWidth
        mt="sm"
        disabled={blocked !== null}
        loading={launch.isPending}
        aria-describedby={blocked ? "launch-blocked" : undefined}
        onClick={() => launch.mutate(launchedBy(request, sweep))}
      >
        {numRuns === 1 ? "Request the run" : `Request ${numRuns} runs`}
      </Button>
      {blocked && (
        <p className={classes.quiet} id="launch-blocked">
          {blocked}
        </p>
      )}
    </aside>
  );
}
