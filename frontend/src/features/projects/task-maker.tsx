import { Button, Checkbox, Group, Input, NativeSelect, NumberInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { SyntheticEvent } from "react";
import { useSearchParams } from "react-router";

import { catalogueQuery } from "@/api/labeling";
import { completionSourcesQuery } from "@/api/projects";
import type { CompletionSource, Project, TaskReport } from "@/api/research-types";
import { SPLIT_WORDS } from "@/api/words";
import { countOf } from "@/components/formats";
import { Loaded } from "@/components/loaded";
import { ProblemNote } from "@/components/problem-note";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";

import { useCreateTasks } from "./project-queries";
import classes from "./projects.module.css";
import { taskRequestOf } from "./task-form";
import type { TaskForm } from "./task-form";
import { headlineOf, reasonsOf } from "./task-report";

const MAX_PROMPTS = 10_000;
const NUM_PROMPTS = 40;
const SPLITS = Object.entries(SPLIT_WORDS).map(([value, label]) => ({ value, label }));

interface FieldProps {
  form: TaskForm;
  onChange: (change: Partial<TaskForm>) => void;
}

function Sources({ form, onChange, sources }: FieldProps & { sources: CompletionSource[] }) {
  if (sources.length === 0) {
    return <p className={classes.quiet}>No completions are stored yet: sample some first.</p>;
  }
  return (
    <Input.Wrapper
      label="Completions of"
      description="None chosen takes the completions of all sources."
      labelElement="div"
    >
      <div className={classes.sources} role="group" aria-label="Completions of">
        {sources.map((source) => (
          <Checkbox
            key={source.id}
            label={source.name}
            description={countOf(source.num_completions, "completion")}
            checked={form.sourceIds.includes(source.id)}
            onChange={(event) =>
              onChange({
                sourceIds: event.currentTarget.checked
                  ? [...form.sourceIds, source.id]
                  : form.sourceIds.filter((id) => id !== source.id),
              })
            }
          />
        ))}
      </div>
    </Input.Wrapper>
  );
}

function PromptFields({ form, onChange }: FieldProps) {
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
        value={form.numPrompts}
        onChange={(value) => onChange({ numPrompts: Number(value) || 1 })}
      />
      <NativeSelect
        label="Category"
        description="Of the prompts."
        data={[
          { value: "", label: "All categories" },
          ...categories.map(({ key, label }) => ({ value: key, label })),
        ]}
        value={form.category}
        onChange={(event) => onChange({ category: event.currentTarget.value })}
      />
      <NativeSelect
        label="Split"
        description="Validation prompts are never trained on."
        data={[{ value: "", label: "Both splits" }, ...SPLITS]}
        value={form.split}
        onChange={(event) => onChange({ split: event.currentTarget.value })}
      />
    </div>
  );
}

function Report({ report }: { report: TaskReport }) {
  const reasons = reasonsOf(report);
  return (
    <div className={classes.report} role="status" data-is-empty={report.num_tasks === 0 || undefined}>
      <p>{headlineOf(report)}</p>
      {reasons.length > 0 && (
        <ul>
          {reasons.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function MakerForm({ project, sources }: { project: Project; sources: CompletionSource[] }) {
  const [params] = useSearchParams();
  const named = params.getAll("source").map(Number);
  const [form, setForm] = useState<TaskForm>(() => ({
    numPrompts: NUM_PROMPTS,
    category: "",
    split: "",
    sourceIds: sources.map(({ id }) => id).filter((id) => named.includes(id)),
  }));
  const create = useCreateTasks(project.id);
  const onChange = (change: Partial<TaskForm>) => setForm((before) => ({ ...before, ...change }));

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    create.mutate(taskRequestOf(form, project.kind));
  }

  return (
    <form onSubmit={submit} className={classes.form}>
      {create.isError && <ProblemNote error={create.error} title="No task was made" />}
      {project.kind === "ranking" && <Sources form={form} onChange={onChange} sources={sources} />}
      <PromptFields form={form} onChange={onChange} />
      <Group>
        <Button type="submit" loading={create.isPending}>
          Make tasks
        </Button>
      </Group>
      {create.data && <Report report={create.data} />}
    </form>
  );
}

/** Makes tasks of stored prompts and says what came of each prompt that was passed over. */
export function TaskMaker({ project }: { project: Project }) {
  const sources = useQuery(completionSourcesQuery);
  return (
    <Section
      title="Make tasks"
      note={
        project.kind === "ranking"
          ? `Each task shows ${project.k ?? "some"} completions of one prompt, each text once.`
          : "Each task asks for a demonstration of one prompt."
      }
      isSheet
    >
      <Loaded query={sources} skeleton={<TableSkeleton numRows={3} />}>
        {(rows) => <MakerForm project={project} sources={rows} />}
      </Loaded>
    </Section>
  );
}
