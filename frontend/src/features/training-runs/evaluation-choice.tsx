import type { FieldMessages } from "@/api/errors";
import type { ModelVersion, StageDescription } from "@/api/training-types";
import { ChoiceList } from "@/components/choice-list";
import { Meanings } from "@/components/meanings";
import { Section } from "@/components/section";

import { evaluationInputs } from "./launch-choices";
import { StageInputs } from "./stage-inputs";
import { fieldMessages, messagesOf } from "./use-launch";

/** What is measured of every run's policy at its end, and what that reads beside it (R75). */
export function EvaluationChoice({
  stage,
  models,
  inputs,
  chosen,
  said,
  onChange,
  onChoose,
}: {
  stage: StageDescription;
  models: ModelVersion[];
  inputs: Record<string, string>;
  chosen: string[];
  /** What the server says of the request. */
  said: FieldMessages;
  onChange: (chosen: string[]) => void;
  onChoose: (role: string, id: string) => void;
}) {
  if (stage.evaluations.length === 0) return null;
  return (
    <Section
      title="Automatic evaluations"
      note="Measured of the finished model, and drawn beside the reward where runs are compared in a sweep."
    >
      <ChoiceList
        label="To measure at the end"
        error={messagesOf(said, "evaluations")}
        choices={stage.evaluations.map(({ name, title, unit }) => ({
          id: name,
          label: title,
          description: unit.startsWith("share") ? `A ${unit}.` : `In ${unit}.`,
        }))}
        chosen={chosen}
        onChange={onChange}
      />
      <Meanings
        title="What each of them measures"
        meanings={stage.evaluations.map(({ title, meaning }) => ({ name: title, meaning }))}
      />
      <StageInputs
        stage={stage}
        shown={evaluationInputs(stage, chosen)}
        models={models}
        snapshots={[]}
        inputs={inputs}
        problems={fieldMessages(said, "inputs")}
        onChoose={onChoose}
      />
    </Section>
  );
}
