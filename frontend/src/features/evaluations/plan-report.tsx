import { Link } from "react-router";

import type { EvaluationPlan } from "@/api/research-types";
import { countOf, formatCount } from "@/components/formats";

import classes from "./evaluations.module.css";
import { becauseOf, headlineOf, reasonsOf, remarksOf } from "./plan-words";

/** The prompts themselves, for whoever wants to see why. */
function LeftOut({ plan }: { plan: EvaluationPlan }) {
  const { left_out: shown, num_left_out: total } = plan;
  return (
    <details className={classes.leftOut}>
      <summary>
        {shown.length < total ? `The first ${formatCount(shown.length)} of them` : "See which"}
      </summary>
      <ul>
        {shown.map(({ prompt_id: id, reason, sources }) => (
          <li key={id}>
            {reason === "unknown_prompt" ? `Prompt ${id}` : <Link to={`/prompts/${id}`}>Prompt {id}</Link>}{" "}
            {becauseOf(reason, sources, 1)}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Which tasks a choice makes, and why prompts are left out of it. */
export function PlanReport({ plan }: { plan: EvaluationPlan }) {
  const remarks = remarksOf(plan);
  return (
    <div className={classes.report} data-is-empty={plan.num_tasks === 0 || undefined}>
      <p>
        <b>{headlineOf(plan)}</b>
      </p>
      <dl className={classes.counts} aria-label="Tasks that show each model">
        {plan.tasks_by_source.map(({ id, name, num_tasks: count }) => (
          <div key={id}>
            <dt>{id === plan.baseline.id ? `${name}, the baseline` : name}</dt>
            <dd>{countOf(count, "task")}</dd>
          </div>
        ))}
      </dl>
      {remarks.map((remark) => (
        <p key={remark} className={classes.remark}>
          {remark}
        </p>
      ))}
      {plan.num_left_out > 0 && (
        <>
          <p className={classes.remark}>
            <b>{countOf(plan.num_left_out, "prompt")} left out</b>
          </p>
          <ul className={classes.reasons} aria-label="Why prompts are left out">
            {reasonsOf(plan).map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
          <LeftOut plan={plan} />
        </>
      )}
    </div>
  );
}
