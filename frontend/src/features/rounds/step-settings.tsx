import { Checkbox, NumberInput, Stack } from "@mantine/core";

import type { StartedStep } from "@/api/training-types";

import { STARTED_STEPS, STEP_WORDS } from "./round-words";

export interface Settings {
  automatic: StartedStep[];
  minRankings: number | string;
}

/** Which steps begin by themselves, and from how many rankings on. */
export function StepSettings({
  settings,
  problem,
  onChange,
}: {
  settings: Settings;
  problem?: string | undefined;
  onChange: (settings: Settings) => void;
}) {
  const { automatic, minRankings } = settings;
  return (
    <Stack gap="md">
      <Checkbox.Group
        label="Begin by themselves"
        description="As soon as what they need is there. The others wait for a click."
        value={automatic}
        onChange={(chosen) => onChange({ ...settings, automatic: STARTED_STEPS.filter((step) => chosen.includes(step)) })}
      >
        <Stack gap="xs" mt="xs">
          {STARTED_STEPS.map((step) => (
            <Checkbox key={step} value={step} label={step === "evaluation" ? "Sampling for the evaluation" : STEP_WORDS[step].label} />
          ))}
        </Stack>
      </Checkbox.Group>
      <NumberInput
        label="New rankings for a reward model"
        description="So many sealed rankings of its project that no round has frozen yet."
        min={1}
        max={10_000_000}
        allowDecimal={false}
        maw="22rem"
        value={minRankings}
        error={problem}
        onChange={(value) => onChange({ ...settings, minRankings: value })}
      />
    </Stack>
  );
}
