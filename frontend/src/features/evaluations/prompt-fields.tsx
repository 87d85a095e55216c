import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { snapshotsQuery } from "@/api/snapshots";
import { FieldGrid } from "@/components/field-grid";
import { CategoryField, NumPromptsField, SplitField } from "@/components/prompt-choice";

import type { PromptForm } from "./evaluation-form";

const DISTRIBUTIONS = [
  { value: "", label: "Any distribution" },
  { value: "instruct", label: "Written for an instructed model" },
  { value: "gpt", label: "Written for a plain model" },
];

function FrozenPromptsField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const snapshots = useQuery(snapshotsQuery);
  const frozen = snapshots.data?.filter(({ kind }) => kind === "eval") ?? [];
  return (
    <NativeSelect
      label="Frozen prompts"
      description="Kept for evaluation: nothing trains on them. What else is chosen narrows them further."
      data={[
        { value: "", label: "Not only frozen ones" },
        ...frozen.map(({ id, name }) => ({ value: id, label: name })),
      ]}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** Which prompts to judge. */
export function PromptFields({
  prompts,
  onChange,
}: {
  prompts: PromptForm;
  onChange: (change: Partial<PromptForm>) => void;
}) {
  return (
    <FieldGrid>
      <FrozenPromptsField
        value={prompts.snapshot}
        onChange={(snapshot) => onChange({ snapshot })}
      />
      <NumPromptsField
        value={prompts.numPrompts}
        onChange={(numPrompts) => onChange({ numPrompts })}
      />
      <SplitField
        description="None that a model has learned from."
        value={prompts.split}
        onChange={(split) => onChange({ split })}
      />
      <CategoryField value={prompts.category} onChange={(category) => onChange({ category })} />
      <NativeSelect
        label="Distribution"
        description="What kind of model they were sent to."
        data={DISTRIBUTIONS}
        value={prompts.distribution}
        onChange={(event) => onChange({ distribution: event.currentTarget.value })}
      />
    </FieldGrid>
  );
}
