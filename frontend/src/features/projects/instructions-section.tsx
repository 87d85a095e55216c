import { Button } from "@mantine/core";
import { useState } from "react";

import type { Project } from "@/api/research-types";
import { EmptyNote } from "@/components/empty-note";
import { LinkButton } from "@/components/link-button";
import { MarkdownText } from "@/components/markdown-text";
import { Section } from "@/components/section";

import { InstructionsEditor } from "./instructions-editor";
import classes from "./projects.module.css";

function Ways({
  project,
  canWrite,
  onWrite,
}: {
  project: Project;
  canWrite: boolean;
  onWrite: () => void;
}) {
  return (
    <div className={classes.actions}>
      {project.instructions && (
        <LinkButton to={`/projects/${project.id}/instructions`} isQuiet>
          Versions and readers
        </LinkButton>
      )}
      {canWrite && (
        <Button variant="default" onClick={onWrite}>
          Write a new version
        </Button>
      )}
    </div>
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
        !isWriting && <Ways project={project} canWrite={canWrite} onWrite={() => setIsWriting(true)} />
      }
      isSheet={instructions !== null || isWriting}
    >
      {isWriting && <InstructionsEditor project={project} onClose={() => setIsWriting(false)} />}
      {!isWriting && instructions && (
        <div className={classes.instructions}>
          <h3>{instructions.title}</h3>
          <MarkdownText text={instructions.body} />
        </div>
      )}
      {!isWriting && !instructions && <EmptyNote title="This project has no instructions" />}
    </Section>
  );
}
