import { Button, Group } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";

import { ApiError } from "@/api/errors";
import type { Project } from "@/api/research-types";
import { PRIORITY_MODE_WORDS } from "@/api/words";
import { Facts } from "@/components/facts";
import type { Fact } from "@/components/facts";
import { countOf, formatShare } from "@/components/formats";
import { ProblemNote } from "@/components/problem-note";
import { ReadText } from "@/components/read-text";
import { Section } from "@/components/section";

import { useChangeProject } from "./project-queries";
import { changesOf, formOf, SETTING_FIELDS } from "./project-settings";
import classes from "./projects.module.css";
import { SettingsFields } from "./settings-fields";

function comparingFacts(project: Project): Fact[] {
  const { calibration_share: share, calibration_overlap: labelers } = project;
  return [
    {
      name: "Calibration tasks",
      value: share === 0 ? "None" : `${formatShare(share)} of new tasks, ${countOf(labelers, "labeler")} each`,
    },
    { name: "Repeats", value: project.repeat_share === 0 ? "None" : formatShare(project.repeat_share) },
    {
      name: "First order",
      value: project.seed_order_from_ratings ? "From the ratings" : "None: labelers begin with an empty ladder",
    },
  ];
}

function writingFacts(project: Project): Fact[] {
  return [
    { name: "Empty demonstrations", value: project.allow_empty_demonstrations ? "Allowed" : "Refused" },
    {
      name: "Review",
      value: project.requires_review ? "Before a demonstration trains" : "Not needed for training",
    },
  ];
}

function SettingsFacts({ project }: { project: Project }) {
  return (
    <Facts
      facts={[
        { name: "What counts more", value: PRIORITY_MODE_WORDS[project.priority_mode] },
        { name: "Urgency", value: String(project.priority) },
        { name: "Languages asked for", value: project.languages.join(", ") || "None" },
        { name: "Skills asked for", value: project.skills.join(", ") || "None" },
        { name: "Labelers who qualify", value: String(project.num_qualified_labelers) },
        { name: "Labelers per task", value: project.overlap },
        {
          name: "Taken out as unclear",
          value: `After ${countOf(project.unclear_skips_to_retire, "labeler")}`,
        },
        ...(project.kind === "demonstration" ? writingFacts(project) : comparingFacts(project)),
        {
          name: "Content warning",
          value: project.content_warning && <ReadText text={project.content_warning} />,
          isWide: true,
        },
      ]}
    />
  );
}

function ChangeSettings({ project, onClose }: { project: Project; onClose: () => void }) {
  const [form, setForm] = useState(() => formOf(project));
  const change = useChangeProject(project.id);
  const changes = changesOf(project, form);
  const isChanged = Object.keys(changes).length > 0;

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    change.mutate(changes, { onSuccess: onClose });
  }

  return (
    <form onSubmit={submit} className={classes.form}>
      {change.isError && (
        <ProblemNote error={change.error} title="Nothing was changed" shownFields={[...SETTING_FIELDS]} />
      )}
      <SettingsFields
        kind={project.kind}
        form={form}
        messages={change.error instanceof ApiError ? change.error.fields : {}}
        onChange={(partly) => setForm((before) => ({ ...before, ...partly }))}
      />
      <Group>
        <Button type="submit" disabled={!isChanged} loading={change.isPending}>
          Save the settings
        </Button>
        <Button variant="default" onClick={onClose}>
          Leave it
        </Button>
      </Group>
    </form>
  );
}

/** What holds for the project's tasks, and the form to change it. */
export function SettingsSection({ project, canWrite }: { project: Project; canWrite: boolean }) {
  const [isChanging, setChanging] = useState(false);
  return (
    <Section
      title="Settings"
      note="They hold from the next task on. Kind, pool and completions per task were decided when the project opened."
      isSheet
      actions={
        canWrite &&
        !isChanging && (
          <Button variant="default" onClick={() => setChanging(true)}>
            Change
          </Button>
        )
      }
    >
      {isChanging ? (
        <ChangeSettings project={project} onClose={() => setChanging(false)} />
      ) : (
        <SettingsFacts project={project} />
      )}
    </Section>
  );
}
