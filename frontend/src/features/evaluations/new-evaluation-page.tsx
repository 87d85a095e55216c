import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { SyntheticEvent } from "react";
import { useNavigate, useSearchParams } from "react-router";

import { ApiError } from "@/api/errors";
import { completionSourcesQuery } from "@/api/projects";
import type { CompletionSource, EvaluationDefaults } from "@/api/research-types";
import { Loaded } from "@/components/loaded";
import { PageHeader } from "@/components/page-header";
import { ProblemNote } from "@/components/problem-note";

import { EvaluationFields } from "./evaluation-fields";
import { formOf, requestOf } from "./evaluation-form";
import { evaluationDefaultsQuery, useOpenEvaluation } from "./evaluation-queries";
import classes from "./evaluations.module.css";
import { PlanPreview } from "./plan-preview";

const SHOWN_FIELDS = [
  "name",
  "baseline_source",
  "sources",
  "k",
  "overlap",
  "pool",
  "priority_mode",
  "toxicity_instruction",
  "instructions.title",
  "instructions.body",
  "content_warning",
];

function Form({ defaults, sources }: { defaults: EvaluationDefaults; sources: CompletionSource[] }) {
  const [params] = useSearchParams();
  const named = params.getAll("source").map(Number);
  const [form, setForm] = useState(() =>
    formOf(
      defaults,
      sources.map(({ id }) => id).filter((id) => named.includes(id)),
    ),
  );
  const navigate = useNavigate();
  const open = useOpenEvaluation();

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    open.mutate(requestOf(form), { onSuccess: ({ id }) => void navigate(`/evaluations/${id}`) });
  }

  return (
    <form onSubmit={submit} className={classes.layout}>
      <div>
        {open.isError && (
          <ProblemNote
            error={open.error}
            title="The evaluation was not opened"
            shownFields={SHOWN_FIELDS}
          />
        )}
        <EvaluationFields
          form={form}
          defaults={defaults}
          sources={sources}
          messages={open.error instanceof ApiError ? open.error.fields : {}}
          onChange={(change) => setForm((before) => ({ ...before, ...change }))}
        />
      </div>
      <PlanPreview form={form} isOpening={open.isPending} />
    </form>
  );
}

/** Opens an evaluation after showing what it would be made of, and of what not (R34, R36). */
export function NewEvaluationPage() {
  const defaults = useQuery(evaluationDefaultsQuery);
  const sources = useQuery(completionSourcesQuery);
  return (
    <>
      <PageHeader title="New evaluation">
        Every task shows the baseline. Prompts that a model has learned from, or any of its parents,
        are left out; these judgments never train a model.
      </PageHeader>
      <Loaded query={defaults}>
        {(start) => (
          <Loaded query={sources}>{(rows) => <Form defaults={start} sources={rows} />}</Loaded>
        )}
      </Loaded>
    </>
  );
}
