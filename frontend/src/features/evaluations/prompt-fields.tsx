import { NativeSelect } from "@mantine/core";

import { FieldGrid } from "@/components/field-grid";
import { CategoryField, NumPromptsField, SplitField } from "@/components/prompt-choice";

import type { PromptForm } from "./evaluation-form";

const DISTRIBUTIONS = [
  { value: "", label: "Any distribution" },
  { value: "instruct", label: "Written for an instructed model" },
  { value: "gpt", label: "Written for a plain model" },
];

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
