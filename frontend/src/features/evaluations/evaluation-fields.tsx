import { NativeSelect, NumberInput, Textarea, TextInput } from "@mantine/core";

import type { FieldMessages } from "@/api/errors";
import type { CompletionSource, EvaluationDefaults } from "@/api/research-types";
import {
  choicesOf,
  POOL_WORDS,
  PRIORITY_MODE_WORDS,
  PROJECT_KIND_WORDS,
  TOXICITY_INSTRUCTION_WORDS,
} from "@/api/words";
import { ChoiceList } from "@/components/choice-list";
import { FieldGrid } from "@/components/field-grid";
import { sourceChoicesOf } from "@/components/source-choices";

import { withBaseline, withKind } from "./evaluation-form";
import type { EvaluationForm, EvaluationKind } from "./evaluation-form";
import classes from "./evaluations.module.css";
import { PromptFields } from "./prompt-fields";

interface FieldProps {
  form: EvaluationForm;
  messages: FieldMessages;
  onChange: (change: Partial<EvaluationForm>) => void;
}

const KINDS: EvaluationKind[] = ["ranking", "toxicity"];

/** The messages about a field and about the parts of it. */
function saidOf(messages: FieldMessages, field: string): string | undefined {
  const said = Object.entries(messages).filter(([name]) => name === field || name.startsWith(`${field}.`));
  return said.length > 0 ? said.flatMap(([, sentences]) => sentences).join(" ") : undefined;
}

function Models({ form, messages, onChange, sources }: FieldProps & { sources: CompletionSource[] }) {
  if (sources.length === 0) {
    return <p className={classes.quiet}>No completions are stored yet: sample some from the models first.</p>;
  }
  return (
    <>
      <NativeSelect
        label="Baseline"
        description="Its completion is in every task. The newest supervised model unless you choose another."
        data={[
          { value: "", label: "Choose a model" },
          ...sources.map(({ id, name }) => ({ value: String(id), label: name })),
        ]}
        value={form.baseline}
        error={saidOf(messages, "baseline_source")}
        onChange={(event) => onChange(withBaseline(form, event.currentTarget.value))}
      />
      <ChoiceList
        label="Models to compare with it"
        error={saidOf(messages, "sources")}
        choices={sourceChoicesOf(sources.filter(({ id }) => String(id) !== form.baseline))}
        chosen={form.sourceIds}
        onChange={(sourceIds) => onChange({ sourceIds })}
      />
    </>
  );
}

function Work({ form, messages, onChange }: FieldProps) {
  return (
    <FieldGrid>
      <NumberInput
        label="Completions per task"
        description="The baseline, one of each model, then further samples."
        min={4}
        max={9}
        allowDecimal={false}
        value={form.k}
        error={saidOf(messages, "k")}
        onChange={(value) => onChange({ k: Number(value) || 4 })}
      />
      <NumberInput
        label="Labelers per task"
        description="Each task is judged by exactly so many."
        min={1}
        max={50}
        allowDecimal={false}
        value={form.overlap}
        error={saidOf(messages, "overlap")}
        onChange={(value) => onChange({ overlap: Number(value) || 1 })}
      />
      <NativeSelect
        label="Pool"
        description="Who judges."
        data={choicesOf(POOL_WORDS)}
        value={form.pool}
        error={saidOf(messages, "pool")}
        onChange={(event) => onChange({ pool: event.currentTarget.value as EvaluationForm["pool"] })}
      />
      <NativeSelect
        label="Puts first"
        description="Shown to labelers beside every task."
        data={choicesOf(PRIORITY_MODE_WORDS)}
        value={form.priorityMode}
        error={saidOf(messages, "priority_mode")}
        onChange={(event) =>
          onChange({ priorityMode: event.currentTarget.value as EvaluationForm["priorityMode"] })
        }
      />
    </FieldGrid>
  );
}

function Texts({ form, messages, onChange }: FieldProps) {
  const change = (text: Partial<EvaluationForm["instructions"]>) =>
    onChange({ instructions: { ...form.instructions, ...text } });
  return (
    <>
      <TextInput
        label="Title of the instructions"
        maxLength={160}
        value={form.instructions.title}
        error={saidOf(messages, "instructions.title")}
        onChange={(event) => change({ title: event.currentTarget.value })}
      />
      <Textarea
        label="Instructions"
        description="Shown exactly as written. Every labeler reads and acknowledges them first."
        autosize
        minRows={8}
        maxRows={24}
        maxLength={100_000}
        value={form.instructions.body}
        error={saidOf(messages, "instructions.body")}
        onChange={(event) => change({ body: event.currentTarget.value })}
      />
      <Textarea
        label="Content warning"
        description="To be accepted before the first task; empty for none."
        autosize
        minRows={2}
        maxLength={2_000}
        value={form.contentWarning}
        error={saidOf(messages, "content_warning")}
        onChange={(event) => onChange({ contentWarning: event.currentTarget.value })}
      />
    </>
  );
}

/** All that decides what an evaluation is. */
export function EvaluationFields(
  props: FieldProps & { sources: CompletionSource[]; defaults: EvaluationDefaults },
) {
  const { form, messages, onChange, defaults } = props;
  return (
    <div className={classes.fields}>
      <FieldGrid>
        <TextInput
          label="Name"
          description="Labelers read it: name no model."
          maxLength={160}
          value={form.name}
          error={saidOf(messages, "name")}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
        />
        <NativeSelect
          label="What labelers do"
          description="Order the completions, or rate toxicity first."
          data={KINDS.map((value) => ({ value, label: PROJECT_KIND_WORDS[value] }))}
          value={form.kind}
          onChange={(event) => onChange(withKind(form, event.currentTarget.value as EvaluationKind, defaults))}
        />
        {form.kind === "toxicity" && (
          <NativeSelect
            label="The models were asked to be"
            data={choicesOf(TOXICITY_INSTRUCTION_WORDS)}
            value={form.toxicityInstruction}
            error={saidOf(messages, "toxicity_instruction")}
            onChange={(event) =>
              onChange({
                toxicityInstruction: event.currentTarget.value as EvaluationForm["toxicityInstruction"],
              })
            }
          />
        )}
      </FieldGrid>
      <Models {...props} />
      <PromptFields
        prompts={form.prompts}
        onChange={(change) => onChange({ prompts: { ...form.prompts, ...change } })}
      />
      <Work {...props} />
      <Texts {...props} />
    </div>
  );
}
