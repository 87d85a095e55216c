import { NativeSelect, NumberInput, SegmentedControl, TextInput } from "@mantine/core";

import type { FieldMessages } from "@/api/errors";
import type { ProjectKind } from "@/api/research-types";
import { choicesOf, POOL_WORDS, PROJECT_KIND_WORDS } from "@/api/words";
import { FieldGrid } from "@/components/field-grid";

import { InstructionsFields } from "./instructions-fields";
import { K_MAXIMUM, K_MINIMUM } from "./project-form";
import type { ProjectForm } from "./project-form";
import classes from "./projects.module.css";
import { SettingsFields } from "./settings-fields";

interface FieldProps {
  form: ProjectForm;
  messages: FieldMessages;
  onChange: (change: Partial<ProjectForm>) => void;
}

// A toxicity project is opened as an evaluation, with the models it compares.
const KINDS = choicesOf(PROJECT_KIND_WORDS).filter(({ value }) => value !== "toxicity");

/** What holds for every answer of the project and never changes. */
function Fixed({ form, messages, onChange }: FieldProps) {
  return (
    <FieldGrid>
      <NativeSelect
        label="Pool"
        description="Whose work it is. Held-out rankings are never trained on. Fixed once it is open."
        data={choicesOf(POOL_WORDS)}
        value={form.pool}
        error={messages.pool?.join(" ")}
        onChange={(event) =>
          onChange({ pool: event.currentTarget.value === "held_out" ? "held_out" : "training" })
        }
      />
      {form.kind === "ranking" && (
        <NumberInput
          label="Completions per task"
          description={`K, from ${K_MINIMUM} to ${K_MAXIMUM}. Fixed once it is open.`}
          min={K_MINIMUM}
          max={K_MAXIMUM}
          allowDecimal={false}
          value={form.k}
          error={messages.k?.join(" ")}
          onChange={(value) => onChange({ k: Number(value) })}
        />
      )}
    </FieldGrid>
  );
}

/** What a new project is; each kind asks only for what it has a use for. */
export function ProjectFields(props: FieldProps) {
  const { form, messages, onChange } = props;
  return (
    <div className={classes.fields}>
      <SegmentedControl<ProjectKind>
        aria-label="What labelers do"
        data={KINDS}
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
      <Fixed {...props} />
      <InstructionsFields
        instructions={{ title: form.title, body: form.body }}
        messages={messages}
        family="instructions."
        onChange={onChange}
      />
      <SettingsFields kind={form.kind} form={form} messages={messages} onChange={onChange} />
    </div>
  );
}
