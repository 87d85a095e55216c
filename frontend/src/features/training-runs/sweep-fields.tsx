import { Button, NativeSelect, TextInput } from "@mantine/core";

import type { HyperparameterField, Preset } from "@/api/training-types";
import { countOf } from "@/components/formats";
import { Section } from "@/components/section";

import { textOf } from "./hyperparameter-form";
import classes from "./launch.module.css";
import { geometricRound, NO_SWEEP, readSweep, sweptFields } from "./sweep-form";
import type { SweepChoice } from "./sweep-form";

const NUM_VALUES = 7;

/** Turns one run into several that differ in one number. */
export function SweepFields({
  fields,
  preset,
  choice,
  serverProblem,
  onChange,
}: {
  fields: HyperparameterField[];
  /** The way of training that was chosen: it knows what the paper tries of some numbers. */
  preset: Preset | undefined;
  choice: SweepChoice;
  serverProblem: string | undefined;
  onChange: (choice: SweepChoice) => void;
}) {
  const swept = sweptFields(fields);
  const chosen = swept.find(({ name }) => name === choice.parameter);
  const tried = preset?.sweeps.find(({ parameter }) => parameter === choice.parameter)?.values;
  const reading = readSweep(swept, choice);
  const problem = serverProblem ?? (choice.values && "problem" in reading ? reading.problem : null);
  return (
    <Section title="Sweep" note="Tries several values of one hyperparameter and compares them.">
      <div className={classes.inputs}>
        <NativeSelect
          label="Vary"
          description="One run for each value, all else equal."
          data={[
            { value: "", label: "Nothing: one run" },
            ...swept.map(({ name }) => ({ value: name, label: name })),
          ]}
          value={choice.parameter}
          onChange={(event) => {
            const parameter = event.currentTarget.value;
            onChange(parameter ? { parameter, values: "" } : NO_SWEEP);
          }}
        />
        {chosen && (
          <div>
            <TextInput
              label="Values"
              description="Separated by commas."
              value={choice.values}
              error={problem}
              onChange={(event) => onChange({ ...choice, values: event.currentTarget.value })}
            />
            <Button
              variant="subtle"
              size="compact-sm"
              mt={4}
              onClick={() => {
                const values = tried
                  ? tried.map(textOf).join(", ")
                  : geometricRound(Number(chosen.default), NUM_VALUES);
                onChange({ ...choice, values });
              }}
            >
              {tried
                ? `The ${countOf(tried.length, "value")} of ${preset?.label}`
                : "Seven in equal ratios round the default"}
            </Button>
          </div>
        )}
      </div>
    </Section>
  );
}
