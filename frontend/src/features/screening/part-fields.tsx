import { NativeSelect, NumberInput, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import type { FieldMessages } from "@/api/errors";
import { catalogueQuery } from "@/api/labeling";

import { promptsOf } from "./screening-form";
import type { PartForm } from "./screening-form";
import classes from "./screening.module.css";

const MAX_TASKS = 100;

interface FieldProps {
  part: PartForm;
  /** What stands before the fields' names in the server's messages. */
  family: "ranking" | "demonstration";
  messages: FieldMessages;
  onChange: (change: Partial<PartForm>) => void;
}

function PromptFields({ part, family, messages, onChange }: FieldProps) {
  const catalogue = useQuery(catalogueQuery);
  const categories = catalogue.data?.categories ?? [];
  const named = promptsOf(part.prompts);
  const isNamed = named !== null && named.length > 0;
  const message = (field: string) => messages[`${family}.tasks.${field}`]?.join(" ");
  return (
    <div className={classes.pair}>
      <TextInput
        label="Prompts"
        description="Their numbers, as in the address of a prompt's page. Empty lets chance choose."
        value={part.prompts}
        error={named === null ? "Numbers, with commas between them." : message("prompt_ids")}
        onChange={(event) => onChange({ prompts: event.currentTarget.value })}
      />
      <NumberInput
        label="Tasks"
        description={isNamed ? "One for each prompt named." : "Every candidate does all of them."}
        min={1}
        max={MAX_TASKS}
        clampBehavior="strict"
        allowDecimal={false}
        disabled={isNamed}
        value={isNamed ? new Set(named).size : part.numTasks}
        error={message("num_prompts")}
        onChange={(value) => onChange({ numTasks: Number(value) || 1 })}
      />
      <NativeSelect
        label="Category"
        description={isNamed ? "Not looked at: the prompts are named." : "Of the prompts to choose from."}
        disabled={isNamed}
        data={[
          { value: "", label: "All categories" },
          ...categories.map(({ key, label }) => ({ value: key, label })),
        ]}
        value={part.category}
        onChange={(event) => onChange({ category: event.currentTarget.value })}
      />
    </div>
  );
}

/** The tasks of a part and the instructions that every candidate acknowledges first. */
export function PartFields(props: FieldProps) {
  const { part, family, messages, onChange } = props;
  return (
    <>
      <PromptFields {...props} />
      <TextInput
        label="Title of the instructions"
        maxLength={160}
        value={part.title}
        error={messages[`${family}.instructions.title`]?.join(" ")}
        onChange={(event) => onChange({ title: event.currentTarget.value })}
      />
      <Textarea
        label="Instructions"
        autosize
        minRows={4}
        maxRows={18}
        maxLength={100_000}
        value={part.body}
        error={messages[`${family}.instructions.body`]?.join(" ")}
        onChange={(event) => onChange({ body: event.currentTarget.value })}
      />
    </>
  );
}
