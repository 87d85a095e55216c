import type { SkippedBecause, TaskReport } from "@/api/research-types";
import { countOf } from "@/components/formats";

const BECAUSE: Record<SkippedBecause, string> = {
  already_in_project: "already have a task in this project",
  too_few_completions: "have too few completions from these sources",
  too_few_distinct_completions: "have too few different completions: equal texts count once",
  unknown_prompt: "are not stored here or may not be used",
};

export function headlineOf(report: TaskReport): string {
  const { num_tasks: tasks, num_slots: slots, num_calibration_tasks: shared } = report;
  if (tasks === 0) return "No task was made.";
  const made = `${countOf(tasks, "task")} made, waiting for ${countOf(slots, "answer")}.`;
  return shared === 0 ? made : `${made} Given to several labelers to calibrate them: ${shared}.`;
}

/** Why prompts were passed over, each reason with its count. */
export function reasonsOf(report: TaskReport): string[] {
  const { num_duplicate_texts: duplicates, num_in_equal_parts: equal } = report;
  const said = report.reasons.map(
    ({ reason, num_prompts: count }) => `${countOf(count, "prompt")} ${BECAUSE[reason]}.`,
  );
  if (duplicates > 0) {
    said.push(`${countOf(duplicates, "completion")} left out: the same text was there already.`);
  }
  if (equal > 0) {
    said.push(
      `${countOf(equal, "task")} with equal parts of every source: not all completions come from one mix, and no weights were given here.`,
    );
  }
  return said;
}
