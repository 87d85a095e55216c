import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";

import { projectsQuery } from "@/api/projects";
import type { Project } from "@/api/research-types";
import type { SnapshotKind } from "@/api/training-types";
import { SNAPSHOT_KIND_WORDS } from "@/api/words";
import { Loaded } from "@/components/loaded";
import { PageHeader } from "@/components/page-header";

import { FreezeFields } from "./freeze-fields";
import { emptyForm } from "./freeze-form";
import { FreezePreview } from "./freeze-preview";
import classes from "./freeze.module.css";

function isKind(value: string | null): value is SnapshotKind {
  return value !== null && value in SNAPSHOT_KIND_WORDS;
}

function Form({ projects }: { projects: Project[] }) {
  const [params] = useSearchParams();
  const kind = params.get("kind");
  const named = params.getAll("project").map(Number);
  const [form, setForm] = useState(() =>
    emptyForm(
      isKind(kind) ? kind : "rm",
      projects.map(({ id }) => id).filter((id) => named.includes(id)),
    ),
  );
  return (
    <div className={classes.form}>
      <FreezeFields
        form={form}
        projects={projects}
        onChange={(change) => setForm((before) => ({ ...before, ...change }))}
      />
      <FreezePreview form={form} />
    </div>
  );
}

/** Freezes labels, prompts or text into a snapshot. */
export function FreezePage() {
  const projects = useQuery(projectsQuery);
  return (
    <>
      <PageHeader title="Freeze data">
        Only sealed answers are taken: those that can no longer be taken back. Held-out labelers
        never enter a snapshot.
      </PageHeader>
      <Loaded query={projects}>{(rows) => <Form projects={rows} />}</Loaded>
    </>
  );
}
