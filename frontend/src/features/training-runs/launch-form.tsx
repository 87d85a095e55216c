import { useState } from "react";

import type { FieldMessages } from "@/api/errors";
import type { ModelVersion, Snapshot, StageDescription } from "@/api/training-types";
import { Section } from "@/components/section";

import { EvaluationChoice } from "./evaluation-choice";
import { overridesOf, presetOf, problemsOf } from "./hyperparameter-form";
import type { Typed } from "./hyperparameter-form";
import { HyperparameterRows } from "./hyperparameter-rows";
import {
  inputsRead,
  openRoles,
  queriedRole,
  requestOf,
  weightProblems,
  weightsOf,
} from "./launch-choices";
import type { LaunchRequest } from "./launch-choices";
import type { LaunchStart } from "./launch-start";
import { LaunchSummary } from "./launch-summary";
import classes from "./launch.module.css";
import { NameAndSeed, seedProblem } from "./name-and-seed";
import { PresetSelect } from "./preset-select";
import { promptQueryOf } from "./prompt-choice";
import { SweepFields } from "./sweep-fields";
import { NO_SWEEP, readSweep, sweptFields } from "./sweep-form";
import { fieldMessages, refusedFields, isAsSent, messagesOf, sweepProblem, useLaunch, useRunCheck } from "./use-launch";
import { WhatItReads } from "./what-it-reads";

function without(fields: FieldMessages, names: string[]): FieldMessages {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

/** What the server says of the request as it stands: by its check, and of the one it refused. */
function useSaid(request: LaunchRequest, launch: ReturnType<typeof useLaunch>, open: string[], swept: string) {
  // What is still to choose says so at the button; a form begins without reproaches.
  const unasked = [...open.map((role) => `inputs.${role}`), `hyperparameters.${swept}`];
  const { check, about } = useRunCheck(request);
  const checked = without({ ...refusedFields(check.error), ...check.data?.fields }, unasked);
  const refused = isAsSent(launch.variables, request) ? refusedFields(launch.error) : {};
  return { check, about, checked, said: { ...refused, ...checked } };
}

/** With one field typed anew, or as it was by default. */
function retyped(before: Typed, field: string, text: string | null): Typed {
  const after = new Map(Object.entries(before));
  if (text === null) after.delete(field);
  else after.set(field, text);
  return Object.fromEntries(after);
}

function askedSweep({ hyperparameters }: StageDescription, sweep: typeof NO_SWEEP) {
  if (sweep.parameter === "") return null;
  return { parameter: sweep.parameter, ...readSweep(sweptFields(hyperparameters), sweep) };
}

/** One stage's form. Another stage is another form: nothing typed for one slips into the other. */
export function LaunchForm({
  stage,
  models,
  snapshots,
  start,
}: {
  stage: StageDescription;
  models: ModelVersion[];
  snapshots: Snapshot[];
  start: LaunchStart;
}) {
  const [inputs, setInputs] = useState(start.inputs);
  const [typed, setTyped] = useState<Typed>(start.typed);
  const [name, setName] = useState("");
  const [seed, setSeed] = useState("");
  const [prompts, setPrompts] = useState(start.prompts);
  const [typedWeights, setTypedWeights] = useState(start.weights);
  const [sweep, setSweep] = useState(NO_SWEEP);
  const [evaluations, setEvaluations] = useState(start.evaluations);
  // Kept while its values are changed one by one: its sweep is still what the paper tries.
  const [preset, setPreset] = useState(() => presetOf(stage.presets, stage.hyperparameters, typed));
  const launch = useLaunch();

  const queried = queriedRole(stage.stage);
  const promptQuery = queried ? promptQueryOf(prompts) : null;
  const problems = problemsOf(stage.hyperparameters, typed);
  const request = requestOf({
    ...{ stage: stage.stage, name, seed, promptQuery, evaluations },
    inputs: inputsRead(stage, inputs, evaluations),
    hyperparameters: overridesOf(stage.hyperparameters, typed),
    weights: weightsOf(inputs, typedWeights),
  });
  const badWeights = weightProblems(inputs, typedWeights);
  const open = openRoles(stage, inputs, prompts.from);
  const { check, about, checked, said } = useSaid(request, launch, open, sweep.parameter);

  function choose(role: string, id: string) {
    setInputs((before) => ({ ...before, [role]: id }));
  }

  function type(field: string, text: string | null) {
    setTyped((before) => retyped(before, field, text));
  }

  return (
    <div className={classes.form}>
      <div>
        <WhatItReads
          stage={stage}
          models={models}
          snapshots={snapshots}
          inputs={inputs}
          weights={typedWeights}
          prompts={prompts}
          said={said}
          onInput={choose}
          onWeight={(role, text) => setTypedWeights((before) => ({ ...before, [role]: text }))}
          onPrompts={setPrompts}
        />
        <NameAndSeed
          name={name}
          seed={seed}
          problems={{ name: messagesOf(said, "name"), seed: messagesOf(said, "seed") }}
          onName={setName}
          onSeed={setSeed}
        />
        <PresetSelect
          stage={stage}
          preset={preset}
          typed={typed}
          onChoose={(chosen, filled) => {
            setPreset(chosen);
            setTyped(filled);
          }}
        />
        {!queried && (
          <SweepFields
            fields={stage.hyperparameters}
            preset={preset}
            choice={sweep}
            serverProblem={sweepProblem(launch.error)}
            onChange={setSweep}
          />
        )}
        <EvaluationChoice
          stage={stage}
          models={models}
          inputs={inputs}
          chosen={evaluations}
          said={said}
          onChange={setEvaluations}
          onChoose={choose}
        />
        <Section
          title="Hyperparameters"
          note="The defaults are the paper's where it prints them; each says where it comes from."
        >
          <HyperparameterRows
            fields={stage.hyperparameters}
            typed={typed}
            problems={{ ...fieldMessages(said, "hyperparameters"), ...problems }}
            onType={type}
          />
        </Section>
      </div>
      <LaunchSummary
        stage={stage}
        request={request}
        check={check}
        checked={about}
        said={checked}
        typed={typed}
        sweep={askedSweep(stage, sweep)}
        openRoles={open}
        numProblems={Object.keys({ ...problems, ...badWeights }).length + (seedProblem(seed) ? 1 : 0)}
        launch={launch}
      />
    </div>
  );
}
