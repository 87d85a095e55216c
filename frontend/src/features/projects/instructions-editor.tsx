import { Button, Group, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";

import { ApiError } from "@/api/errors";
import { useKeptText } from "@/api/kept-text";
import type { Project } from "@/api/research-types";
import { MarkdownText } from "@/components/markdown-text";
import { ProblemNote } from "@/components/problem-note";
import { TextDiff } from "@/components/text-diff";

import { InstructionsFields } from "./instructions-fields";
import { usePublishInstructions } from "./project-queries";
import classes from "./projects.module.css";

const SHOWN_FIELDS = ["title", "body"];
const NOTHING = { version: 0, title: "", body: "" };
const VIEWS = [
  { value: "write", label: "Write" },
  { value: "preview", label: "Preview" },
  { value: "changes", label: "Changes" },
] as const;
type View = (typeof VIEWS)[number]["value"];

function Shown({ view, before, body }: { view: "preview" | "changes"; before: string; body: string }) {
  return view === "preview" ? <MarkdownText text={body} /> : <TextDiff before={before} after={body} isChangesOnly />;
}

/** The next version of the instructions; what is not published yet stays in this browser. */
export function InstructionsEditor({ project, onClose }: { project: Project; onClose: () => void }) {
  const now = project.instructions ?? NOTHING;
  const [basedOn] = useState(now.version);
  const [title, setTitle] = useState(now.title);
  const kept = useKeptText(`instructions:${project.id}:${basedOn}`);
  const [view, setView] = useState<View>("write");
  const publish = usePublishInstructions(project.id);
  const [body, setBody] = useState(kept.text === "" ? now.body : kept.text);
  const isChanged = title !== now.title || body !== now.body;
  const isComplete = title.trim() !== "" && body.trim() !== "";

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    publish.mutate(
      { title, body, based_on: basedOn },
      {
        onSuccess: () => {
          kept.forget();
          onClose();
        },
      },
    );
  }

  return (
    <form onSubmit={submit} className={classes.form}>
      {publish.isError && (
        <ProblemNote error={publish.error} title="Nothing was published" shownFields={SHOWN_FIELDS} />
      )}
      <SegmentedControl<View>
        aria-label="View of the instructions"
        data={[...VIEWS]}
        value={view}
        onChange={setView}
      />
      {view === "write" ? (
        <InstructionsFields
          instructions={{ title, body }}
          messages={publish.error instanceof ApiError ? publish.error.fields : {}}
          onChange={(change) => {
            if (change.title !== undefined) setTitle(change.title);
            if (change.body !== undefined) {
              setBody(change.body);
              kept.write(change.body);
            }
          }}
        />
      ) : (
        <Shown view={view} before={now.body} body={body} />
      )}
      <Group>
        <Button type="submit" disabled={!isChanged || !isComplete} loading={publish.isPending}>
          Publish version {basedOn + 1}
        </Button>
        <Button variant="default" onClick={onClose}>
          Leave it
        </Button>
      </Group>
    </form>
  );
}
