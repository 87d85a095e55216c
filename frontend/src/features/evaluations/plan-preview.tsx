import { Button } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";

import type { EvaluationPlan } from "@/api/research-types";
import { LoadingShape } from "@/components/loading-shape";
import { ProblemNote } from "@/components/problem-note";

import { planRequestOf, uncountableBecause, unreadyBecause } from "./evaluation-form";
import type { EvaluationForm } from "./evaluation-form";
import { planQuery } from "./evaluation-queries";
import classes from "./evaluations.module.css";
import { PlanReport } from "./plan-report";

const PREVIEW_AFTER_MS = 400;

/** The server's count; nothing while there is nothing to count. */
function Counted({ plan, isStale, error }: { plan?: EvaluationPlan; isStale: boolean; error: unknown }) {
  if (error) return <ProblemNote error={error} title="It cannot be counted" />;
  if (!plan) return <LoadingShape height={120} mb="md" />;
  return (
    <div className={isStale ? classes.stale : undefined} aria-busy={isStale}>
      <PlanReport plan={plan} />
    </div>
  );
}

/** What opening it now would make, counted by the server while the form is filled in. */
export function PlanPreview({ form, isOpening }: { form: EvaluationForm; isOpening: boolean }) {
  const [counted] = useDebouncedValue(form, PREVIEW_AFTER_MS);
  const canCount = uncountableBecause(counted) === null;
  const plan = useQuery({ ...planQuery(planRequestOf(counted)), enabled: canCount });
  const unready = unreadyBecause(form);
  return (
    <aside className={classes.preview} aria-label="What would be made">
      <h2>Now this would make</h2>
      {canCount && <Counted plan={plan.data} isStale={plan.isPlaceholderData} error={plan.error} />}
      <Button
        type="submit"
        fullWidth
        mt="sm"
        disabled={unready !== null || plan.data?.num_tasks === 0}
        loading={isOpening}
        aria-describedby={unready ? "evaluation-unready" : undefined}
      >
        Open the evaluation
      </Button>
      {unready && (
        <p className={classes.quiet} id="evaluation-unready">
          {unready}
        </p>
      )}
    </aside>
  );
}
