import { NativeSelect, NumberInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { catalogueQuery } from "@/api/labeling";
import { SPLIT_WORDS } from "@/api/words";

import type { PromptForm } from "./evaluation-form";
import classes from "./evaluations.module.css";

const MAX_PROMPTS = 10_000;
const SPLITS = Object.entries(SPLIT_WORDS).map(([value, label]) => ({ value, label }));
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
  const catalogue = useQuery(catalogueQuery);
  const categories = catalogue.data?.categories ?? [];
  return (
    <div className={classes.pair}>
      <NumberInput
        label="Number of prompts"
        description="At most; one task each."
        min={1}
        max={MAX_PROMPTS}
        allowDecimal={false}
        thousandSeparator=","
        value={prompts.numPrompts}
        onChange={(value) => onChange({ numPrompts: Number(value) || 1 })}
      />
      <NativeSelect
        label="Split"
        description="None that a model has learned from."
        data={[{ value: "", label: "Both splits" }, ...SPLITS]}
        value={prompts.split}
        onChange={(event) => onChange({ split: event.currentTarget.value })}
      />
      <NativeSelect
        label="Category"
        description="Of the prompts."
        data={[
          { value: "", label: "All categories" },
          ...categories.map(({ key, label }) => ({ value: key, label })),
        ]}
        value={prompts.category}
        onChange={(event) => onChange({ category: event.currentTarget.value })}
      />
      <NativeSelect
        label="Distribution"
        description="What kind of model they were sent to."
        data={DISTRIBUTIONS}
        value={prompts.distribution}
        onChange={(event) => onChange({ distribution: event.currentTarget.value })}
      />
    </div>
  );
}
