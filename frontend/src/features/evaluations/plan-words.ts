import type { EvaluationPlan, LeftOutBecause } from "@/api/research-types";
import { countOf } from "@/components/formats";

/** `{models}` stands where the names of the models in the way go. */
const BECAUSE: Record<LeftOutBecause, [one: string, many: string]> = {
  unknown_prompt: ["is not stored here", "are not stored here"],
  already_in_evaluation: ["is in this evaluation already", "are in this evaluation already"],
  over_cap: ["is over the cap of its user or organization", "are over the cap of their user or organization"],
  personal_data: ["holds personal data", "hold personal data"],
  seen_in_training: ["was seen in training of {models}", "were seen in training of {models}"],
  no_baseline_completion: ["has no completion of {models}, the baseline", "have no completion of {models}, the baseline"],
  no_model_completion: ["has no completion of {models}", "have no completion of {models}"],
  too_few_distinct_completions: [
    "has too few different completions for a task",
    "have too few different completions for a task",
  ],
};

/** `a`, `a and b`, `a, b and c` */
export function listed(names: string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}

export function becauseOf(reason: LeftOutBecause, models: string[], count: number): string {
  const [one, many] = BECAUSE[reason];
  return (count === 1 ? one : many).replace("{models}", listed(models));
}

/** Why prompts are left out, each reason with its count. */
export function reasonsOf({ reasons }: EvaluationPlan): string[] {
  return reasons.map(
    ({ reason, sources, num_prompts: count }) =>
      `${countOf(count, "prompt")} ${becauseOf(reason, sources, count)}.`,
  );
}

export function headlineOf({ num_tasks: tasks, num_slots: slots }: EvaluationPlan): string {
  if (tasks === 0) return "No task.";
  return `${countOf(tasks, "task")}, waiting for ${countOf(slots, "answer")}.`;
}

/** What is worth knowing of a plan beside its counts. */
export function remarksOf(plan: EvaluationPlan): string[] {
  const remarks: string[] = [];
  if (plan.num_beyond > 0) {
    remarks.push(`${countOf(plan.num_beyond, "more prompt")} could be judged.`);
  }
  if (plan.without_lineage.length > 0) {
    const names = listed(plan.without_lineage.map(({ name }) => name));
    remarks.push(`What ${names} learned from is not known here, so nothing can be held out from it.`);
  }
  const counts = plan.tasks_by_source.map(({ num_tasks: count }) => count);
  if (plan.num_tasks > 0 && Math.min(...counts) < plan.num_tasks) {
    remarks.push("A task has no room for all models; they take turns.");
  }
  return remarks;
}
