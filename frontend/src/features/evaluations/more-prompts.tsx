import { Button } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";

import { ProblemNote } from "@/components/problem-note";
import { Section } from "@/components/section";

import { ANY_PROMPTS, promptChoiceOf } from "./evaluation-form";
import { useAddPrompts } from "./evaluation-queries";
import classes from "./evaluations.module.css";
import { PlanReport } from "./plan-report";
import { PromptFields } from "./prompt-fields";

/** Adds prompts to an evaluation and says what came of each that was left out. */
export function MorePrompts({ evaluationId }: { evaluationId: number }) {
  const [prompts, setPrompts] = useState(ANY_PROMPTS);
  const add = useAddPrompts(evaluationId);

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    add.mutate(promptChoiceOf(prompts));
  }

  return (
    <Section
      title="Add prompts"
      note="They are judged against the same models, and held to the same: none that a model has learned from."
      isSheet
    >
      <form onSubmit={submit} className={classes.fields}>
        {add.isError && <ProblemNote error={add.error} title="No task was made" />}
        <PromptFields
          prompts={prompts}
          onChange={(change) => setPrompts((before) => ({ ...before, ...change }))}
        />
        <div>
          <Button type="submit" loading={add.isPending}>
            Make tasks
          </Button>
        </div>
      </form>
      {add.data && (
        <div className={classes.added} role="status">
          <PlanReport plan={add.data} />
        </div>
      )}
    </Section>
  );
}
