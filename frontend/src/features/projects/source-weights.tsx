import { NumberInput } from "@mantine/core";

import type { CompletionSource } from "@/api/research-types";
import { FieldGrid } from "@/components/field-grid";

import classes from "./projects.module.css";
import { areWeightsComplete } from "./task-form";
import type { TaskForm } from "./task-form";

/** How the chosen sources share the places of a task; nothing while fewer than two are chosen. */
export function SourceWeights({
  form,
  sources,
  onChange,
}: {
  form: TaskForm;
  sources: CompletionSource[];
  onChange: (weights: Record<number, number>) => void;
}) {
  const chosen = sources.filter(({ id }) => form.sourceIds.includes(id));
  if (chosen.length < 2) return null;
  return (
    <div role="group" aria-labelledby="weights-of-sources">
      <p className={classes.quiet} id="weights-of-sources">
        With weights, the chosen sources share the places of a task in those proportions. Without any,
        completions of one mix keep its weights, and all others have equal parts.
      </p>
      <FieldGrid>
        {chosen.map(({ id, name }) => (
          <NumberInput
            key={id}
            label={`Weight of ${name}`}
            placeholder="none"
            min={0}
            value={form.weights[id] ?? ""}
            error={
              areWeightsComplete(form) || id in form.weights
                ? undefined
                : "Give every chosen source a weight, or none."
            }
            onChange={(value) => {
              const others = Object.entries(form.weights).filter(([other]) => Number(other) !== id);
              onChange(
                Object.fromEntries(value === "" ? others : [...others, [id, Number(value)]]),
              );
            }}
          />
        ))}
      </FieldGrid>
    </div>
  );
}
