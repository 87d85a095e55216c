import { Button, NativeSelect, TextInput } from "@mantine/core";

import type { HyperparameterField } from "@/api/training-types";

import classes from "./launch.module.css";
import { geometricRound, NO_SWEEP, readSweep, sweptFields } from "./sweep-form";
import type { SweepChoice } from "./sweep-form";

const NUM_VALUES = 7;

/** Turns one run into several that differ in one number. */
export function SweepFields({
  fields,
  choice,
  serverProblem,
  onChange,
}: {
  fields: HyperparameterField[];
  choice: SweepChoice;
  serverProblem: string | undefined;
  onChange: (choice: SweepChoice) => void;
}) {
  const swept = sweptFields(fields);
  const chosen = swept.find(({ name }) => name === choice.parameter);
  const reading = readSweep(swept, choice);
  const problem = serverProblem ?? (choice.values && "problem" in reading ? reading.problem : null);
  return (
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
            onClick={() =>
              onChange({ ...choice, values: geometricRound(Number(chosen.default), NUM_VALUES) })
            }
          >
            Seven in equal ratios round the default
          </Button>
        </div>
      )}
    </div>
  );
}
