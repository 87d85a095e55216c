import { useState } from "react";

import type { ModelVersion, Snapshot, StageDescription } from "@/api/training-types";
import { Section } from "@/components/section";

import { EvaluationChoice } from "./evaluation-choice";
import { overridesOf, presetOf, problemsOf } from "./hyperparameter-form";
import type { Typed } from "./hyperparameter-form";
import { HyperparameterRows } from "./hyperparameter-rows";
import {
  firstChoices,
  inputsRead,
  openRoles,
  queriedRole,
  requestOf,
  shownInputs,
  weightProblems,
  weightsOf,
} from "./launch-choices";
import { LaunchSummary } from "./launch-summary";
import classes from "./launch.module.css";
import { NameAndSeed, seedProblem } from "./name-and-seed";
import { PolicyWeights } from "./policy-weights";
import { PresetSelect } from "./preset-select";
import { EVERY_PROMPT, PromptChoiceFields, promptQueryOf } from "./prompt-choice";
import { StageInputs } from "./stage-inputs";
import { SweepFields } from "./sweep-fields";
import { NO_SWEEP, readSweep, sweptFields } from "./sweep-form";
import { fieldMessages, sweepProblem, useLaunch } from "./use-launch";

/** One stage's form. Another stage is another form: nothing typed for one slips into the other. */
export function LaunchForm({
  stage,
  models,
  snapshots,
  wanted,
}: {
  stage: StageDescription;
  models: ModelVersion[];
  snapshots: Snapshot[];
  /** Models and snapshots that the address asks to start with. */
  wanted: string[];
}) {
  const [inputs, setInputs] = useState(() => firstChoices(stage, models, snapshots, wanted));
  const [typed, setTyped] = useState<Typed>({});
  const [name, setName] = useState("");
  const [seed, setSeed] = useState("");
  const [prompts, setPrompts] = useState(EVERY_PROMPT);
  const [typedWeights, setTypedWeights] = useState<Record<string, string>>({});
  const [sweep, setSweep] = useState(NO_SWEEP);
  const [evaluations, setEvaluations] = useState<string[]>([]);
  // Kept while its values are changed one by one: its sweep is still what the paper tries.
  const [preset, setPreset] = useState(() => presetOf(stage.presets, stage.hyperparameters, {}));
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

  function choose(role: string, id: string) {
    setInputs((before) => ({ ...before, [role]: id }));
  }

  function type(field: string, text: string | null) {
    setTyped((before) => {
      const after = new Map(Object.entries(before));
      if (text === null) after.delete(field);
      else after.set(field, text);
      return Object.fromEntries(after);
    });
  }

  return (
    <div className={classes.form}>
      <div>
        <Section title="What it reads">
          <StageInputs
            stage={stage}
            models={models}
            snapshots={snapshots}
            inputs={inputs}
            problems={fieldMessages(launch.error, "inputs")}
            shown={shownInputs(stage, inputs).filter(({ role }) => !promptQuery || role !== queried)}
            onChoose={choose}
          />
          <PolicyWeights
            inputs={inputs}
            typed={typedWeights}
            problems={badWeights}
            error={launch.error}
            onType={(role, text) => setTypedWeights((before) => ({ ...before, [role]: text }))}
          />
          {queried && <PromptChoiceFields stage={stage.stage} choice={prompts} onChange={setPrompts} />}
        </Section>
        <NameAndSeed name={name} seed={seed} onName={setName} onSeed={setSeed} />
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
          error={launch.error}
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
            problems={{ ...fieldMessages(launch.error, "hyperparameters"), ...problems }}
            onType={type}
          />
        </Section>
      </div>
      <LaunchSummary
        stage={stage}
        request={request}
        typed={typed}
        sweep={
          sweep.parameter === ""
            ? null
            : { parameter: sweep.parameter, ...readSweep(sweptFields(stage.hyperparameters), sweep) }
        }
        openRoles={openRoles(stage, inputs, prompts.from)}
        numProblems={Object.keys({ ...problems, ...badWeights }).length + (seedProblem(seed) ? 1 : 0)}
        launch={launch}
      />
    </div>
  );
}
