import { Button, Group } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";

import { ApiError } from "@/api/errors";
import type { Project } from "@/api/research-types";
import { EmptyNote } from "@/components/empty-note";
import { ProblemNote } from "@/components/problem-note";
import { ReadText } from "@/components/read-text";
import { Section } from "@/components/section";

import { InstructionsFields } from "./instructions-fields";
import { usePublishInstructions } from "./project-queries";
import classes from "./projects.module.css";

const SHOWN_FIELDS = ["title", "body"];
const NOTHING = { version: 0, title: "", body: "" };

function NewVersion({ project, onClose }: { project: Project; onClose: () => void }) {
  const now = project.instructions ?? NOTHING;
  const [text, setText] = useState({ title: now.title, body: now.body });
  const publish = usePublishInstructions(project.id);
  const messages = publish.error instanceof ApiError ? publish.error.fields : {};
  const isChanged = text.title !== now.title || text.body !== now.body;
  const isComplete = text.title.trim() !== "" && text.body.trim() !== "";

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    publish.mutate(text, { onSuccess: onClose });
  }

  return (
    <form onSubmit={submit} className={classes.form}>
      {publish.isError && (
        <ProblemNote error={publish.error} title="Nothing was published" shownFields={SHOWN_FIELDS} />
      )}
      <InstructionsFields
        instructions={text}
        messages={messages}
        onChange={(change) => setText((before) => ({ ...before, ...change }))}
      />
      <Group>
        <Button type="submit" disabled={!isChanged || !isComplete} loading={publish.isPending}>
          Publish version {now.version + 1}
        </Button>
        <Button variant="default" onClick={onClose}>
          Leave it
        </Button>
      </Group>
    </form>
  );
}

/** The instructions labelers read now, and the form of the next version. */
export function InstructionsSection({ project, canWrite }: { project: Project; canWrite: boolean }) {
  const [isWriting, setIsWriting] = useState(false);
  const { instructions } = project;
  return (
    <Section
      title={instructions ? `Instructions, version ${instructions.version}` : "Instructions"}
      note="Every ranking and demonstration keeps the version it was made under. A new one is read by every labeler before their next task."
      actions={
        canWrite &&
        !isWriting && (
          <Button variant="default" onClick={() => setIsWriting(true)}>
            Write a new version
          </Button>
        )
      }
      isSheet={instructions !== null || isWriting}
    >
      {isWriting && <NewVersion project={project} onClose={() => setIsWriting(false)} />}
      {!isWriting && instructions && (
        <div className={classes.instructions}>
          <h3>{instructions.title}</h3>
          <ReadText text={instructions.body} />
        </div>
      )}
      {!isWriting && !instructions && <EmptyNote title="This project has no instructions" />}
    </Section>
  );
}
