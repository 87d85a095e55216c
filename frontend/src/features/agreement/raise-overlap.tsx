import { Button, Group, NumberInput, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { OverlapPlan } from "@/api/research-types";
import { numberIn } from "@/api/scope";
import { countOf, formatMinutes } from "@/components/formats";
import { ProblemNote } from "@/components/problem-note";
import { Section } from "@/components/section";

import classes from "./agreement.module.css";
import { overlapPlanQuery, useRaiseOverlap } from "./overlap-query";

const MOST_LABELERS = 50;
const MOST_PROMPTS = 1_000;

/** What the labelers would do more, in rankings and in time. */
function costText({ num_prompts: prompts, num_rankings: rankings, minutes, minutes_each: each, overlap }: OverlapPlan) {
  if (prompts === 0) return `Every open task of this project goes to ${overlap} labelers or more already.`;
  const what = `${countOf(rankings, "ranking")} more, on ${countOf(prompts, "prompt")}`;
  if (minutes === null || each === null) {
    return `${what}. How long that takes is not known: no ranking of this project has a measured time yet.`;
  }
  return `${what}: about ${formatMinutes(minutes * 60)} of active work, at ${each.toFixed(1)} minutes for a ranking here.`;
}

function Form({ projectId }: { projectId: number }) {
  const [overlap, setOverlap] = useState(2);
  const [numPrompts, setNumPrompts] = useState(200);
  const wish = { projectId, overlap, numPrompts };
  const plan = useQuery(overlapPlanQuery(wish));
  const raise = useRaiseOverlap();
  const problem = raise.error ?? plan.error;
  return (
    <Stack gap="md">
      <Group align="flex-end">
        <NumberInput
          label="Labelers on each prompt"
          min={2}
          max={MOST_LABELERS}
          clampBehavior="strict"
          allowDecimal={false}
          value={overlap}
          onChange={(typed) => setOverlap(Number(typed) || 2)}
        />
        <NumberInput
          label="On the next prompts"
          min={1}
          max={MOST_PROMPTS}
          clampBehavior="strict"
          allowDecimal={false}
          value={numPrompts}
          onChange={(typed) => setNumPrompts(Number(typed) || 1)}
        />
        <Button
          disabled={plan.isPlaceholderData || !plan.data?.num_prompts}
          loading={raise.isPending}
          onClick={() => raise.mutate(wish)}
        >
          {`Raise overlap to ${overlap} on the next ${countOf(numPrompts, "prompt")}`}
        </Button>
      </Group>
      {plan.data && (
        <p className={classes.small} role="status">
          {raise.data && `Done: ${countOf(raise.data.num_rankings, "ranking")} more are open to labelers. Next: `}
          {costText(plan.data)}
        </p>
      )}
      {problem && <ProblemNote error={problem} title="The overlap cannot be raised" />}
    </Stack>
  );
}

/** Where too few labelers judged the same: having more of them do so, and what that costs. */
export function RaiseOverlap({ project }: { project: string }) {
  const projectId = numberIn(project);
  return (
    <Section
      title="Too little overlap"
      note="Agreement needs prompts that several labelers ranked. More labelers can be given the same prompts: those that are served next, and then those that one labeler has ranked."
      isSheet
    >
      {projectId === undefined ? (
        <p className={classes.small}>Choose a project above to see what that would cost and to do it.</p>
      ) : (
        <Form key={projectId} projectId={projectId} />
      )}
    </Section>
  );
}
