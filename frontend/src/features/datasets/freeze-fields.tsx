import {
  Button,
  Checkbox,
  FileButton,
  NativeSelect,
  NumberInput,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { catalogueQuery } from "@/api/labeling";
import type { Project } from "@/api/research-types";
import { choicesOf, SNAPSHOT_KIND_WORDS } from "@/api/words";
import { ChoiceList } from "@/components/choice-list";
import { FieldGrid } from "@/components/field-grid";
import { countOf } from "@/components/formats";

import { projectKindOf, withKind } from "./freeze-form";
import type { FreezeForm } from "./freeze-form";
import classes from "./freeze.module.css";

interface FieldProps {
  form: FreezeForm;
  onChange: (change: Partial<FreezeForm>) => void;
}

const SHARES = [
  { value: "", label: "Each prompt's own split, a tenth held out" },
  { value: "0.2", label: "20% of the prompts held out" },
  { value: "0.3", label: "30% of the prompts held out" },
  { value: "0.5", label: "50% of the prompts held out" },
];
const MAX_TEXT = 2_000_000;
const MAX_VALIDATION_PROMPTS = 10_000;

function ProjectChoice({ form, projects, onChange }: FieldProps & { projects: Project[] }) {
  const fitting = projects.filter(
    ({ kind, purpose }) => kind === projectKindOf(form.kind) && purpose === "training",
  );
  if (fitting.length === 0) return <p className={classes.quiet}>No project collects these yet.</p>;
  return (
    <ChoiceList
      label="Projects"
      description="None chosen takes the labels of all projects."
      choices={fitting.map(({ id, name, num_submitted }) => ({
        id,
        label: name,
        description: `${countOf(num_submitted, "answer")} submitted`,
      }))}
      chosen={form.projectIds}
      onChange={(projectIds) => onChange({ projectIds })}
    />
  );
}

function LabelFields(props: FieldProps & { projects: Project[] }) {
  const { form, onChange } = props;
  return (
    <>
      <ProjectChoice {...props} />
      <NativeSelect
        label="Validation"
        description="Whatever was ever held out stays held out."
        data={SHARES}
        value={form.validationShare}
        onChange={(event) => onChange({ validationShare: event.currentTarget.value })}
      />
      <Checkbox
        label="Include simulated labelers"
        description="For studies in which the true preference is known; never mixed in otherwise."
        checked={form.includeSimulated}
        onChange={(event) => onChange({ includeSimulated: event.currentTarget.checked })}
      />
    </>
  );
}

function CategoryField({ form, onChange }: FieldProps) {
  const catalogue = useQuery(catalogueQuery);
  const categories = catalogue.data?.categories ?? [];
  return (
    <NativeSelect
      label="Category of the prompts"
      data={[
        { value: "", label: "All categories" },
        ...categories.map(({ key, label }) => ({ value: key, label })),
      ]}
      value={form.category}
      onChange={(event) => onChange({ category: event.currentTarget.value })}
    />
  );
}

function ValidationPromptsField({ form, onChange }: FieldProps) {
  return (
    <NumberInput
      label="Prompts to judge the policy by"
      description="Of the validation split: a run answers them before and after, and never learns from them. Evaluations of that policy cannot use prompts of the same customers."
      min={0}
      max={MAX_VALIDATION_PROMPTS}
      allowDecimal={false}
      value={form.numValidationPrompts}
      onChange={(value) => onChange({ numValidationPrompts: Number(value) || 0 })}
    />
  );
}

function EvaluationPromptsField({ form, onChange }: FieldProps) {
  return (
    <NumberInput
      label="Number of prompts"
      description="Of the validation split, one of each customer before the second of any; 0 takes all. From then on no snapshot of labels or prompts takes one of the same customers."
      min={0}
      max={MAX_VALIDATION_PROMPTS}
      allowDecimal={false}
      value={form.numValidationPrompts}
      onChange={(value) => onChange({ numValidationPrompts: Number(value) || 0 })}
    />
  );
}

function TextField({ form, onChange }: FieldProps) {
  async function read(file: File | null) {
    if (file) onChange({ text: await file.text() });
  }
  return (
    <div>
      <Textarea
        label="Text"
        description="Blank lines separate documents."
        autosize
        minRows={8}
        maxRows={18}
        value={form.text}
        error={form.text.length > MAX_TEXT ? "Longer than one request can carry." : undefined}
        onChange={(event) => onChange({ text: event.currentTarget.value })}
      />
      <FileButton accept="text/plain,.txt" onChange={(file) => void read(file)}>
        {(props) => (
          <Button {...props} variant="default" size="compact-sm" mt="xs">
            Choose a text file
          </Button>
        )}
      </FileButton>
    </div>
  );
}

/** What to freeze. Each kind asks only for what it is made of. */
export function FreezeFields({ form, projects, onChange }: FieldProps & { projects: Project[] }) {
  return (
    <div className={classes.fields}>
      <FieldGrid>
        <NativeSelect
          label="What to freeze"
          data={choicesOf(SNAPSHOT_KIND_WORDS)}
          value={form.kind}
          onChange={(event) =>
            onChange(withKind(event.currentTarget.value as FreezeForm["kind"]))
          }
        />
        <TextInput
          label="Name"
          maxLength={160}
          value={form.name}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
        />
      </FieldGrid>
      {form.kind === "pretrain" ? (
        <TextField form={form} onChange={onChange} />
      ) : (
        <>
          {projectKindOf(form.kind) !== null && (
            <LabelFields form={form} projects={projects} onChange={onChange} />
          )}
          <CategoryField form={form} onChange={onChange} />
          {form.kind === "eval" && <EvaluationPromptsField form={form} onChange={onChange} />}
          {form.kind === "ppo" && <ValidationPromptsField form={form} onChange={onChange} />}
        </>
      )}
    </div>
  );
}
