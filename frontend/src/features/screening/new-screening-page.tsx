import { Button, Group, NumberInput, Text, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";
import { useNavigate } from "react-router";

import { ApiError } from "@/api/errors";
import type { FieldMessages } from "@/api/errors";
import { countOf } from "@/components/formats";
import { PageHeader } from "@/components/page-header";
import { ProblemNote } from "@/components/problem-note";
import { Section } from "@/components/section";

import { CutoffFields } from "./cutoff-fields";
import { PartFields } from "./part-fields";
import { EMPTY_SCREENING, requestOf, textsOf, unreadyBecause } from "./screening-form";
import type { PartForm, ScreeningForm } from "./screening-form";
import { useOpenScreening } from "./screening-queries";
import classes from "./screening.module.css";

const K_MINIMUM = 4;
const K_MAXIMUM = 9;
const FIELDS = ["name", "texts", "flags_cutoff", "ranking_cutoff", "demonstration_cutoff", "ranking.k"];
const PART_FIELDS = ["tasks.num_prompts", "tasks.prompt_ids", "instructions.title", "instructions.body"];
const SHOWN_FIELDS = [
  ...FIELDS,
  ...PART_FIELDS.flatMap((field) => [`ranking.${field}`, `demonstration.${field}`]),
];

interface FieldProps {
  form: ScreeningForm;
  messages: FieldMessages;
  onChange: (change: Partial<ScreeningForm>) => void;
}

function FirstPart({ form, messages, onChange }: FieldProps) {
  return (
    <Section
      title="1. Sensitive texts"
      note="Candidates say of each whether it is sensitive: whether it could arouse strong negative feelings."
      isSheet
    >
      <Textarea
        label="Texts"
        description={`An empty line separates two texts. ${countOf(textsOf(form.texts).length, "text")} so far.`}
        autosize
        minRows={6}
        maxRows={20}
        value={form.texts}
        error={messages.texts?.join(" ")}
        onChange={(event) => onChange({ texts: event.currentTarget.value })}
      />
    </Section>
  );
}

function TaskParts({ form, messages, onChange }: FieldProps) {
  const changePart = (name: "ranking" | "demonstration") => (change: Partial<PartForm>) =>
    onChange({ [name]: { ...form[name], ...change } });
  return (
    <>
      <Section
        title="2. Ranking"
        note="Stored completions, ranked on the ordinary board and compared with the experts' rankings."
        isSheet
      >
        <div className={classes.form}>
          <NumberInput
            label="Completions per task"
            min={K_MINIMUM}
            max={K_MAXIMUM}
            clampBehavior="strict"
            allowDecimal={false}
            value={form.k}
            error={messages["ranking.k"]?.join(" ")}
            onChange={(value) => onChange({ k: Number(value) || K_MINIMUM })}
          />
          <PartFields
            part={form.ranking}
            family="ranking"
            messages={messages}
            onChange={changePart("ranking")}
          />
        </div>
      </Section>
      <Section
        title="3. Demonstrations"
        note="A few delicate prompts; researchers grade each answer from 1 to 7 without seeing whose it is."
        isSheet
      >
        <div className={classes.form}>
          <PartFields
            part={form.demonstration}
            family="demonstration"
            messages={messages}
            onChange={changePart("demonstration")}
          />
        </div>
      </Section>
    </>
  );
}

/** Sets a screening up, with the projects and tasks of its own that candidates meet. */
export function NewScreeningPage() {
  const [form, setForm] = useState(EMPTY_SCREENING);
  const open = useOpenScreening();
  const navigate = useNavigate();
  const messages = open.error instanceof ApiError ? open.error.fields : {};
  const unready = unreadyBecause(form);
  const onChange = (change: Partial<ScreeningForm>) => setForm((before) => ({ ...before, ...change }));

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    open.mutate(requestOf(form), { onSuccess: ({ id }) => void navigate(`/screenings/${id}`) });
  }

  return (
    <>
      <PageHeader title="New screening">
        Four parts; in the fourth, candidates name topics and groups they know in their own words.
      </PageHeader>
      <form onSubmit={submit}>
        {open.isError && (
          <ProblemNote error={open.error} title="The screening was not opened" shownFields={SHOWN_FIELDS} />
        )}
        <Section title="Name and soft cut-offs" isSheet>
          <div className={classes.form}>
            <TextInput
              label="Name"
              maxLength={120}
              value={form.name}
              error={messages.name?.join(" ")}
              onChange={(event) => onChange({ name: event.currentTarget.value })}
            />
            <CutoffFields
              form={form.cutoffs}
              messages={messages}
              onChange={(change) => onChange({ cutoffs: { ...form.cutoffs, ...change } })}
            />
          </div>
        </Section>
        <FirstPart form={form} messages={messages} onChange={onChange} />
        <TaskParts form={form} messages={messages} onChange={onChange} />
        <Group>
          <Button type="submit" disabled={unready !== null} loading={open.isPending}>
            Open the screening
          </Button>
          {unready && (
            <Text size="sm" c="dimmed">
              {unready}
            </Text>
          )}
        </Group>
      </form>
    </>
  );
}
