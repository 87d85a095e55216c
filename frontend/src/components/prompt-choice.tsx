import { NativeSelect, NumberInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { catalogueQuery } from "@/api/labeling";
import { choicesOf, SPLIT_WORDS } from "@/api/words";

const MAX_PROMPTS = 10_000;
const SPLITS = choicesOf(SPLIT_WORDS);

interface ChoiceProps {
  value: string;
  onChange: (value: string) => void;
}

/** How many prompts tasks are made for. */
export function NumPromptsField({
  value,
  onChange,
}: {
  value: number;
  onChange: (value: number) => void;
}) {
  return (
    <NumberInput
      label="Number of prompts"
      description="At most; one task each."
      min={1}
      max={MAX_PROMPTS}
      allowDecimal={false}
      thousandSeparator=","
      value={value}
      onChange={(typed) => onChange(Number(typed) || 1)}
    />
  );
}

export function SplitField({ value, description, onChange }: ChoiceProps & { description: string }) {
  return (
    <NativeSelect
      label="Split"
      description={description}
      data={[{ value: "", label: "Both splits" }, ...SPLITS]}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

export function CategoryField({ value, onChange }: ChoiceProps) {
  const catalogue = useQuery(catalogueQuery);
  const categories = catalogue.data?.categories ?? [];
  return (
    <NativeSelect
      label="Category"
      description="Of the prompts."
      data={[
        { value: "", label: "All categories" },
        ...categories.map(({ key, label }) => ({ value: key, label })),
      ]}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
