import { NumberInput } from "@mantine/core";

import type { FieldMessages } from "@/api/errors";

import classes from "./screening.module.css";

/** As people say them: two shares in percent and a grade. */
export interface CutoffForm {
  flagsPercent: number;
  rankingPercent: number;
  grade: number;
}

/** What the screening of the InstructGPT labelers used. */
export const PAPER_CUTOFFS: CutoffForm = { flagsPercent: 75, rankingPercent: 75, grade: 6 };

export function cutoffsRequest(form: CutoffForm) {
  return {
    flags_cutoff: form.flagsPercent / 100,
    ranking_cutoff: form.rankingPercent / 100,
    demonstration_cutoff: form.grade,
  };
}

const FIELDS = [
  { name: "flagsPercent", server: "flags_cutoff", label: "Sensitive texts, %", min: 0, max: 100, step: 1 },
  { name: "rankingPercent", server: "ranking_cutoff", label: "Ranking, %", min: 0, max: 100, step: 1 },
  { name: "grade", server: "demonstration_cutoff", label: "Demonstrations, 1 to 7", min: 1, max: 7, step: 0.1 },
] as const;

export function CutoffFields({
  form,
  messages,
  onChange,
}: {
  form: CutoffForm;
  messages: FieldMessages;
  onChange: (change: Partial<CutoffForm>) => void;
}) {
  return (
    <div className={classes.pair}>
      {FIELDS.map(({ name, server, label, min, max, step }) => (
        <NumberInput
          key={name}
          label={label}
          min={min}
          max={max}
          step={step}
          clampBehavior="strict"
          value={form[name]}
          error={messages[server]?.join(" ")}
          onChange={(value) => onChange({ [name]: value === "" ? min : Number(value) })}
        />
      ))}
    </div>
  );
}
