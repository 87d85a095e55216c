import { Anchor, NativeSelect } from "@mantine/core";
import { Link } from "react-router";

import type {
  ModelVersion,
  Snapshot,
  StageDescription,
  StageInput,
} from "@/api/training-types";
import { MODEL_KIND_WORDS } from "@/api/words";
import { formatAgo, formatBytes } from "@/components/formats";

import { choicesFor, isForEvaluations, missingFor, roleWords } from "./launch-choices";
import classes from "./launch.module.css";
import { snapshotChange, snapshotFacts } from "./snapshot-facts";

/** What there is to know about the chosen input before training on it. */
function factsOf(id: string, models: ModelVersion[], snapshots: Snapshot[]): string {
  const model = models.find((candidate) => candidate.id === id);
  if (model) {
    return `${MODEL_KIND_WORDS[model.kind]}, ${formatBytes(model.bytes)}, ${model.licence}, ${formatAgo(model.created_at)}`;
  }
  const snapshot = snapshots.find((candidate) => candidate.id === id);
  if (!snapshot) return "";
  return snapshotFacts(snapshot);
}

function changeOf(id: string, snapshots: Snapshot[]): string | null {
  const snapshot = snapshots.find((candidate) => candidate.id === id);
  return snapshot ? snapshotChange(snapshot, snapshots) : null;
}

function InputField({
  stage,
  input,
  models,
  snapshots,
  chosen,
  problem,
  onChoose,
}: {
  stage: StageDescription;
  input: StageInput;
  models: ModelVersion[];
  snapshots: Snapshot[];
  chosen: string;
  problem: string | undefined;
  onChoose: (id: string) => void;
}) {
  const choices = choicesFor(input, models, snapshots);
  const words = roleWords(stage.stage, input.role);
  const change = changeOf(chosen, snapshots);
  const missing = choices.length === 0 ? missingFor(input) : null;
  return (
    <div>
      <NativeSelect
        label={input.required || isForEvaluations(input) ? words.label : `${words.label} (optional)`}
        description={words.help}
        error={problem}
        inputWrapperOrder={["label", "input", "error", "description"]}
        disabled={missing !== null}
        value={chosen}
        onChange={(event) => onChoose(event.currentTarget.value)}
        data={[
          { value: "", label: input.required || isForEvaluations(input) ? "Choose" : "None" },
          ...choices.map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
      {chosen !== "" && <p className={classes.chosen}>{factsOf(chosen, models, snapshots)}</p>}
      {change !== null && <p className={classes.chosen}>{change}</p>}
      {missing && (
        <p className={classes.missing}>
          {missing.sentence}{" "}
          <Anchor component={Link} to={missing.to}>
            {missing.action}
          </Anchor>
        </p>
      )}
    </div>
  );
}

/** The model and the data that a stage reads; each role offers only what it can use. */
export function StageInputs({
  stage,
  models,
  snapshots,
  inputs,
  problems,
  shown,
  onChoose,
}: {
  stage: StageDescription;
  models: ModelVersion[];
  snapshots: Snapshot[];
  inputs: Record<string, string>;
  problems: Record<string, string>;
  /** Those of the stage's inputs that are chosen here. */
  shown: StageInput[];
  onChoose: (role: string, id: string) => void;
}) {
  return (
    <div className={classes.inputs}>
      {shown.map((input) => (
        <InputField
          key={input.role}
          stage={stage}
          input={input}
          models={models}
          snapshots={snapshots}
          chosen={inputs[input.role] ?? ""}
          problem={problems[input.role]}
          onChoose={(id) => onChoose(input.role, id)}
        />
      ))}
    </div>
  );
}
