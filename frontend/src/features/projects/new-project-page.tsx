import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { SyntheticEvent } from "react";
import { useNavigate, useSearchParams } from "react-router";

import { ApiError } from "@/api/errors";
import { completionSourcesQuery } from "@/api/projects";
import { Banner } from "@/components/banner";
import { PageHeader } from "@/components/page-header";
import { ProblemNote } from "@/components/problem-note";

import { ProjectFields } from "./project-fields";
import { EMPTY_FORM, requestOf, unreadyBecause } from "./project-form";
import { useOpenProject } from "./project-queries";
import { SETTING_FIELDS } from "./project-settings";
import classes from "./projects.module.css";

const SHOWN_FIELDS = [
  ...SETTING_FIELDS,
  "name",
  "k",
  "pool",
  "instructions.title",
  "instructions.body",
];

/** Says whose completions the new project is made for, when another page named a source. */
function SourceNote({ sourceId }: { sourceId: string }) {
  const sources = useQuery(completionSourcesQuery);
  const source = sources.data?.find(({ id }) => String(id) === sourceId);
  if (!source) return null;
  return (
    <Banner tone="caution">
      The completions of {source.name} are chosen for you on the project&apos;s page, where its tasks are made.
    </Banner>
  );
}

/** Opens a project; its tasks are made on its own page. */
export function NewProjectPage() {
  const [form, setForm] = useState(EMPTY_FORM);
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const open = useOpenProject();
  const sourceId = params.get("source");
  const messages = open.error instanceof ApiError ? open.error.fields : {};
  const unready = unreadyBecause(form);

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    open.mutate(requestOf(form), {
      onSuccess: ({ id }) =>
        void navigate(sourceId === null ? `/projects/${id}` : `/projects/${id}?source=${sourceId}`),
    });
  }

  return (
    <>
      <PageHeader title="New project">
        A project is one question put to labelers, with its own instructions and its own queue.
      </PageHeader>
      <form onSubmit={submit} className={classes.form}>
        {sourceId !== null && <SourceNote sourceId={sourceId} />}
        {open.isError && (
          <ProblemNote error={open.error} title="The project was not opened" shownFields={SHOWN_FIELDS} />
        )}
        <ProjectFields
          form={form}
          messages={messages}
          onChange={(change) => setForm((before) => ({ ...before, ...change }))}
        />
        <Group mt="lg">
          <Button type="submit" disabled={unready !== null} loading={open.isPending}>
            Open the project
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
