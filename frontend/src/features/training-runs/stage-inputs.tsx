import { Anchor, NativeSelect } from "@mantine/core";
import { Link } from "react-router";

import type {
  ModelVersion,
  Snapshot,
  StageDescription,
  StageInput,
} from "@/api/training-types";
import { MODEL_KIND_WORDS } from "@/api/words";
import { countOf, formatAgo, formatBytes } from "@/components/formats";

import { isForEvaluations, roleWords } from "./launch-choices";
import classes from "./launch.module.css";
import { offerFor } from "./model-fits";
import type { Offer } from "./model-fits";
import { snapshotChange, snapshotFacts } from "./snapshot-facts";

/** What there is to know about the chosen input before training on it. */
function factsOf(id: string, models: ModelVersion[], snapshots: Snapshot[]): string {
  const model = models.find((candidate) => candidate.id === id);
  if (model) {
    const tokens = model.vocabulary_size === null ? [] : [countOf(model.vocabulary_size, "token")];
    const facts = [MODEL_KIND_WORDS[model.kind], formatBytes(model.bytes), ...tokens, model.licence];
    return [...facts, formatAgo(model.created_at)].join(", ");
  }
  const snapshot = snapshots.find((candidate) => candidate.id === id);
  if (!snapshot) return "";
  return snapshotFacts(snapshot);
}

function changeOf(id: string, snapshots: Snapshot[]): string | null {
  const snapshot = snapshots.find((candidate) => candidate.id === id);
  return snapshot ? snapshotChange(snapshot, snapshots) : null;
}

/** The list of a role: what can be chosen, and apart what cannot, each with the reason. */
function optionsOf(input: StageInput, { choices, unfit, writer }: Offer) {
  const options = [
    { value: "", label: input.required || isForEvaluations(input) ? "Choose" : "None" },
    ...choices.map(({ id, name }) => ({ value: id, label: name })),
  ];
  if (!writer || unfit.length === 0) return options;
  const items = unfit.map(({ id, label }) => ({ value: id, label, disabled: true }));
  return [...options, { group: `Read other tokens than ${writer.name}`, items }];
}

/** Why some of the list cannot be chosen; null where all can. */
function whyUnfit({ unfit, writer, missing }: Offer, chosen: string): string | null {
  const count = unfit.filter(({ id }) => id !== chosen).length;
  if (!writer || count === 0 || missing) return null;
  const others = count === 1 ? "1 other reads" : `${count} others read`;
  return `${others} other tokens than ${writer.name} and cannot be chosen with it.`;
}

function InputField({
  stage,
  input,
  models,
  snapshots,
  inputs,
  problem,
  onChoose,
}: {
  stage: StageDescription;
  input: StageInput;
  models: ModelVersion[];
  snapshots: Snapshot[];
  inputs: Record<string, string>;
  problem: string | undefined;
  onChoose: (id: string) => void;
}) {
  const chosen = inputs[input.role] ?? "";
  const offer = offerFor(input, models, snapshots, inputs);
  const { missing } = offer;
  const words = roleWords(stage.stage, input.role);
  const change = changeOf(chosen, snapshots);
  const unfit = whyUnfit(offer, chosen);
  return (
    <div>
      <NativeSelect
        label={input.required || isForEvaluations(input) ? words.label : `${words.label} (optional)`}
        description={unfit === null ? words.help : `${words.help} ${unfit}`}
        error={problem}
        inputWrapperOrder={["label", "input", "error", "description"]}
        disabled={missing !== null && chosen === "" && offer.unfit.length === 0}
        value={chosen}
        onChange={(event) => onChoose(event.currentTarget.value)}
        data={optionsOf(input, offer)}
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
          inputs={inputs}
          problem={problems[input.role]}
          onChoose={(id) => onChoose(input.role, id)}
        />
      ))}
    </div>
  );
}
