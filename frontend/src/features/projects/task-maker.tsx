import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { SyntheticEvent } from "react";
import { useSearchParams } from "react-router";

import { completionSourcesQuery } from "@/api/projects";
import type { CompletionSource, Project, TaskReport } from "@/api/research-types";
import { ChoiceList } from "@/components/choice-list";
import { FieldGrid } from "@/components/field-grid";
import { Loaded } from "@/components/loaded";
import { ProblemNote } from "@/components/problem-note";
import { CategoryField, NumPromptsField, SplitField } from "@/components/prompt-choice";
import { Section } from "@/components/section";
import { sourceChoicesOf } from "@/components/source-choices";
import { TableSkeleton } from "@/components/table-skeleton";

import { useCreateTasks } from "./project-queries";
import classes from "./projects.module.css";
import { SourceWeights } from "./source-weights";
import { areWeightsComplete, taskRequestOf } from "./task-form";
import type { TaskForm } from "./task-form";
import { headlineOf, reasonsOf } from "./task-report";

const NUM_PROMPTS = 40;

interface FieldProps {
  form: TaskForm;
  onChange: (change: Partial<TaskForm>) => void;
}

function Sources({ form, onChange, sources }: FieldProps & { sources: CompletionSource[] }) {
  if (sources.length === 0) {
    return <p className={classes.quiet}>No completions are stored yet: sample some first.</p>;
  }
  return (
    <>
      <ChoiceList
        label="Completions of"
        description="None chosen takes the completions of all sources."
        choices={sourceChoicesOf(sources)}
        chosen={form.sourceIds}
        onChange={(sourceIds) => onChange({ sourceIds })}
      />
      <SourceWeights form={form} sources={sources} onChange={(weights) => onChange({ weights })} />
    </>
  );
}

function PromptFields({ form, onChange }: FieldProps) {
  return (
    <FieldGrid>
      <NumPromptsField value={form.numPrompts} onChange={(numPrompts) => onChange({ numPrompts })} />
      <CategoryField value={form.category} onChange={(category) => onChange({ category })} />
      <SplitField
        description="Validation prompts are never trained on."
        value={form.split}
        onChange={(split) => onChange({ split })}
      />
    </FieldGrid>
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
    weights: {},
  }));
  const create = useCreateTasks(project.id);
  const onChange = (change: Partial<TaskForm>) => setForm((before) => ({ ...before, ...change }));

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    create.mutate(taskRequestOf(form, project.kind));
  }

  return (
    <form onSubmit={submit} className={classes.form}>
      {project.kind === "ranking" && <Sources form={form} onChange={onChange} sources={sources} />}
      <PromptFields form={form} onChange={onChange} />
      <Group>
        <Button type="submit" loading={create.isPending} disabled={!areWeightsComplete(form)}>
          Make tasks
        </Button>
      </Group>
      {/* Below the button, where one looks: the top of the form may be out of sight. */}
      {create.isError && <ProblemNote error={create.error} title="No task was made" />}
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
