import type { FieldMessages } from "@/api/errors";
import type { ModelVersion, Snapshot, StageDescription } from "@/api/training-types";
import { Section } from "@/components/section";

import { queriedRole, shownInputs, weightProblems } from "./launch-choices";
import { PolicyWeights } from "./policy-weights";
import { PromptChoiceFields } from "./prompt-choice";
import type { PromptChoice } from "./prompt-choice";
import { StageInputs } from "./stage-inputs";
import { fieldMessages, messagesOf } from "./use-launch";

/** The models, the data and the prompts of a run, each with what the server says of it. */
export function WhatItReads({
  stage,
  models,
  snapshots,
  inputs,
  weights,
  prompts,
  said,
  onInput,
  onWeight,
  onPrompts,
}: {
  stage: StageDescription;
  models: ModelVersion[];
  snapshots: Snapshot[];
  inputs: Record<string, string>;
  /** The weights of the policies as typed. */
  weights: Record<string, string>;
  prompts: PromptChoice;
  said: FieldMessages;
  onInput: (role: string, id: string) => void;
  onWeight: (role: string, text: string) => void;
  onPrompts: (choice: PromptChoice) => void;
}) {
  const queried = queriedRole(stage.stage);
  return (
    <Section title="What it reads">
      <StageInputs
        stage={stage}
        models={models}
        snapshots={snapshots}
        inputs={inputs}
        problems={fieldMessages(said, "inputs")}
        shown={shownInputs(stage, inputs).filter(({ role }) => prompts.from !== "query" || role !== queried)}
        onChoose={onInput}
      />
      <PolicyWeights
        inputs={inputs}
        typed={weights}
        problems={{ ...fieldMessages(said, "weights"), ...weightProblems(inputs, weights) }}
        whole={messagesOf({ weights: said.weights ?? [] }, "weights")}
        onType={onWeight}
      />
      {queried && (
        <PromptChoiceFields
          stage={stage.stage}
          choice={prompts}
          problem={messagesOf(said, "prompt_query")}
          onChange={onPrompts}
        />
      )}
    </Section>
  );
}
