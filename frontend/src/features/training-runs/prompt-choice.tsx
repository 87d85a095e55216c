import { NativeSelect, NumberInput, SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { chosen } from "@/api/chosen";
import { catalogueQuery } from "@/api/labeling";
import type { Category, Split } from "@/api/research-types";
import type { PromptQuery, Stage } from "@/api/training-types";

import { queriedRole } from "./launch-choices";
import type { PromptsFrom } from "./launch-choices";
import classes from "./launch.module.css";

export interface PromptChoice {
  from: PromptsFrom;
  num_prompts: number;
  category: string;
  split: string;
}

const EVERY_PROMPT: PromptChoice = { from: "query", num_prompts: 40, category: "", split: "" };

/** The server chooses, unless the address names the frozen list. */
export function startsFrom(stage: Stage, inputs: Record<string, string>, wanted: readonly string[]): PromptChoice {
  const role = queriedRole(stage);
  const isNamed = role !== undefined && wanted.includes(inputs[role] ?? "");
  return { ...EVERY_PROMPT, from: isNamed ? "snapshot" : "query" };
}
const MAX_PROMPTS = 10_000;
// The explanation stands under its field, so that fields side by side line up.
const ORDER: ("label" | "input" | "error" | "description")[] = ["label", "input", "error", "description"];

export function promptQueryOf(choice: PromptChoice): PromptQuery | null {
  if (choice.from === "snapshot") return null;
  return {
    num_prompts: choice.num_prompts,
    category: chosen<Category>(choice.category),
    split: chosen<Split>(choice.split),
  };
}

// What becomes of the prompts, and which come first.
const CHOSEN = {
  sampling: { first: "Those with the fewest completions of this model come first.", of: "Of the prompts to answer." },
  scoring: { first: "Those with completions that this model has not scored.", of: "Of the prompts." },
};

/** Which prompts a run is about: chosen now from the stored ones, or a frozen list. */
export function PromptChoiceFields({
  stage,
  choice,
  problem,
  onChange,
}: {
  stage: Stage;
  choice: PromptChoice;
  /** What the server says of the prompts that would be found. */
  problem: string | undefined;
  onChange: (choice: PromptChoice) => void;
}) {
  const catalogue = useQuery(catalogueQuery);
  const words = stage === "scoring" ? CHOSEN.scoring : CHOSEN.sampling;
  const categories = catalogue.data?.categories ?? [];
  return (
    <>
      <SegmentedControl<PromptsFrom>
        aria-label="Where the prompts come from"
        data={[
          { value: "query", label: "Choose prompts now" },
          { value: "snapshot", label: "Use a frozen list" },
        ]}
        value={choice.from}
        onChange={(from) => onChange({ ...choice, from })}
        mt="lg"
        mb="md"
      />
      {choice.from === "query" && (
        <div className={classes.inputs}>
          <NumberInput
            label="Number of prompts"
            inputWrapperOrder={ORDER}
            description={words.first}
            error={problem}
            min={1}
            max={MAX_PROMPTS}
            allowDecimal={false}
            thousandSeparator=","
            value={choice.num_prompts}
            onChange={(value) => onChange({ ...choice, num_prompts: Number(value) || 1 })}
          />
          <NativeSelect
            label="Category"
            inputWrapperOrder={ORDER}
            description={words.of}
            value={choice.category}
            onChange={(event) => onChange({ ...choice, category: event.currentTarget.value })}
            data={[
              { value: "", label: "All categories" },
              ...categories.map(({ key, label }) => ({ value: key, label })),
            ]}
          />
          <NativeSelect
            label="Split"
            inputWrapperOrder={ORDER}
            description="Validation prompts are never trained on."
            value={choice.split}
            onChange={(event) => onChange({ ...choice, split: event.currentTarget.value })}
            data={[
              { value: "", label: "Both splits" },
              { value: "train", label: "Train" },
              { value: "validation", label: "Validation" },
            ]}
          />
        </div>
      )}
    </>
  );
}
