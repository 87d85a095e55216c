import { Button, NativeSelect, TextInput } from "@mantine/core";

import type { Choice, ProblemOf } from "./choices";
import { MAX_OTHERS } from "./round-mix";
import type { Mix, Writer } from "./round-mix";
import classes from "./rounds.module.css";

function WeightField({ label, value, error, onType }: { label: string; value: string; error: string | undefined; onType: (text: string) => void }) {
  return (
    <TextInput
      label={label}
      inputMode="decimal"
      autoComplete="off"
      value={value}
      error={error}
      onChange={(event) => onType(event.currentTarget.value)}
    />
  );
}

function OtherPolicy({
  place,
  writer,
  choices,
  problem,
  onChange,
  onRemove,
}: {
  place: number;
  writer: Writer;
  choices: Choice[];
  problem: ProblemOf;
  onChange: (writer: Writer) => void;
  onRemove: () => void;
}) {
  const name = `policy ${place + 2}`;
  return (
    <div className={classes.writer} role="group" aria-label={`Policy ${place + 2}`}>
      <NativeSelect
        label={`Policy ${place + 2}`}
        data={[{ value: "", label: "Choose" }, ...choices]}
        value={writer.policy}
        error={problem(`other_policies.${place}`)}
        onChange={(event) => onChange({ ...writer, policy: event.currentTarget.value })}
      />
      <WeightField
        label={`Weight of ${name}`}
        value={writer.weight}
        error={problem(`weights.${place + 1}`)}
        onType={(weight) => onChange({ ...writer, weight })}
      />
      <Button variant="default" onClick={onRemove} aria-label={`Remove ${name}`}>
        Remove
      </Button>
    </div>
  );
}

/** The policies that write completions beside the round's own, and how much each writes (R85). */
export function MixFields({
  mix,
  own,
  choices,
  problem,
  onChange,
}: {
  mix: Mix;
  /** The id of the round's own policy. */
  own: string;
  choices: Choice[];
  problem: ProblemOf;
  onChange: (mix: Mix) => void;
}) {
  const { others, ownWeight } = mix;
  const taken = new Set([own, ...others.map(({ policy }) => policy)]);
  const free = (mine: string) => choices.filter(({ value }) => value === mine || !taken.has(value));
  const replaced = (place: number, writer: Writer) => ({
    ...mix,
    others: others.map((before, index) => (index === place ? writer : before)),
  });
  const canAdd = others.length < MAX_OTHERS && others.length + 1 < choices.length;
  return (
    <div className={classes.mix}>
      <p className={classes.quiet}>
        {others.length === 0
          ? "The policy writes every completion."
          : "Weights are relative: 3 and 1 are three quarters and a quarter of every prompt's completions, and of every task's. All empty: supervised models write three quarters where there are others too."}
      </p>
      {others.length > 0 && (
        <div className={classes.own}>
          <WeightField
            label="Weight of the policy"
            value={ownWeight}
            error={problem("weights.0") ?? problem("weights")}
            onType={(typed) => onChange({ ...mix, ownWeight: typed })}
          />
        </div>
      )}
      {others.map((writer, place) => (
        <OtherPolicy
          // A row has no name of its own: it is what stands in its place.
          key={place}
          place={place}
          writer={writer}
          choices={free(writer.policy)}
          problem={problem}
          onChange={(changed) => onChange(replaced(place, changed))}
          onRemove={() => onChange({ ...mix, others: others.filter((_, index) => index !== place) })}
        />
      ))}
      {canAdd && (
        <Button
          variant="default"
          onClick={() => onChange({ ...mix, others: [...others, { policy: "", weight: "" }] })}
        >
          Add a policy that writes too
        </Button>
      )}
    </div>
  );
}
