import { NativeSelect } from "@mantine/core";

import type { Preset, StageDescription } from "@/api/training-types";
import { Section } from "@/components/section";

import { presetOf, typedBy } from "./hyperparameter-form";
import type { Typed } from "./hyperparameter-form";
import classes from "./launch.module.css";

/** The ways in which the paper trains a stage; choosing one fills the fields below. */
export function PresetSelect({
  stage,
  preset,
  typed,
  onChoose,
}: {
  stage: StageDescription;
  preset: Preset | undefined;
  typed: Typed;
  onChoose: (preset: Preset, filled: Typed) => void;
}) {
  if (stage.presets.length === 0) return null;
  const asTyped = presetOf(stage.presets, stage.hyperparameters, typed);
  const isChanged = preset !== undefined && asTyped !== preset;
  return (
    <Section title="Preset" note="Choosing one fills the hyperparameters and what a sweep tries.">
      <NativeSelect
        className={classes.preset}
        aria-label="Preset"
        inputWrapperOrder={["label", "input", "error", "description"]}
        description={isChanged ? `${preset.help} Changed below.` : preset?.help}
        data={stage.presets.map(({ name, label }) => ({ value: name, label }))}
        value={preset?.name}
        onChange={(event) => {
          const chosen = stage.presets.find(({ name }) => name === event.currentTarget.value);
          if (chosen) onChoose(chosen, typedBy(chosen));
        }}
      />
    </Section>
  );
}
