import { Checkbox, NativeSelect, NumberInput, SegmentedControl, TextInput } from "@mantine/core";

import type { FieldMessages } from "@/api/errors";
import type { PriorityMode, ProjectKind } from "@/api/research-types";
import { POOL_WORDS, PRIORITY_MODE_WORDS, PROJECT_KIND_WORDS } from "@/api/words";

import { InstructionsFields } from "./instructions-fields";
import { K_MAXIMUM, K_MINIMUM, OVERLAP_MAXIMUM } from "./project-form";
import type { ProjectForm } from "./project-form";
import classes from "./projects.module.css";

interface FieldProps {
  form: ProjectForm;
  messages: FieldMessages;
  onChange: (change: Partial<ProjectForm>) => void;
}

function optionsOf<Key extends string>(words: Record<Key, string>) {
  return (Object.entries(words) as [Key, string][]).map(([value, label]) => ({ value, label }));
}

function Amounts({ form, messages, onChange }: FieldProps) {
  return (
    <div className={classes.pair}>
      {form.kind === "ranking" && (
        <NumberInput
          label="Completions per task"
          description={`K, from ${K_MINIMUM} to ${K_MAXIMUM}.`}
          min={K_MINIMUM}
          max={K_MAXIMUM}
          allowDecimal={false}
          value={form.k}
          error={messages.k?.join(" ")}
          onChange={(value) => onChange({ k: Number(value) })}
        />
      )}
      <NumberInput
        label="Overlap"
        description="How many labelers answer each task."
        min={1}
        max={OVERLAP_MAXIMUM}
        allowDecimal={false}
        value={form.overlap}
        error={messages.overlap?.join(" ")}
        onChange={(value) => onChange({ overlap: Number(value) })}
      />
    </div>
  );
}

function Rules({ form, messages, onChange }: FieldProps) {
  return (
    <div className={classes.pair}>
      <NativeSelect
        label="Pool"
        description="Whose work it is. Held-out rankings are never trained on."
        data={optionsOf(POOL_WORDS)}
        value={form.pool}
        error={messages.pool?.join(" ")}
        onChange={(event) =>
          onChange({ pool: event.currentTarget.value === "held_out" ? "held_out" : "training" })
        }
      />
      <NativeSelect
        label="Priority"
        description="What counts more when both cannot be had."
        data={optionsOf(PRIORITY_MODE_WORDS)}
        value={form.priorityMode}
        error={messages.priority_mode?.join(" ")}
        onChange={(event) => onChange({ priorityMode: event.currentTarget.value as PriorityMode })}
      />
    </div>
  );
}

/** What a new project is; each kind asks only for what it has a use for. */
export function ProjectFields(props: FieldProps) {
  const { form, messages, onChange } = props;
  return (
    <div className={classes.fields}>
      <SegmentedControl<ProjectKind>
        aria-label="What labelers do"
        data={optionsOf(PROJECT_KIND_WORDS)}
        value={form.kind}
        onChange={(kind) => onChange({ kind })}
      />
      <TextInput
        label="Name"
        maxLength={160}
        value={form.name}
        error={messages.name?.join(" ")}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <Amounts {...props} />
      <Rules {...props} />
      {form.kind === "ranking" ? (
        <Checkbox
          label="Start the order from the ratings"
          description="Labelers rate first; their ratings lay out the first order, which they then correct."
          checked={form.seedOrder}
          onChange={(event) => onChange({ seedOrder: event.currentTarget.checked })}
        />
      ) : (
        <Checkbox
          label="Allow empty demonstrations"
          description="For prompts whose best answer is to say nothing."
          checked={form.allowEmpty}
          onChange={(event) => onChange({ allowEmpty: event.currentTarget.checked })}
        />
      )}
      <InstructionsFields
        instructions={{ title: form.title, body: form.body }}
        messages={messages}
        family="instructions."
        onChange={onChange}
      />
    </div>
  );
}
