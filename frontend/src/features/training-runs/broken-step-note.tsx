import type { Run } from "@/api/training-types";
import { ExcerptLink } from "@/components/excerpt-link";
import { countOf } from "@/components/formats";

import classes from "./broken-step-note.module.css";

type BrokenStep = NonNullable<Run["broken_step"]>;

function readInWords({ num_prompts: prompts, num_pretraining_texts: texts }: BrokenStep): string {
  const parts = [
    prompts > 0 ? countOf(prompts, "prompt") : "",
    texts > 0 ? countOf(texts, "pretraining text") : "",
  ];
  return parts.filter((part) => part !== "").join(" and ");
}

/** The prompts that were read by the step at which a figure stopped being a number. */
export function BrokenStepNote({ step }: { step: BrokenStep }) {
  const read = readInWords(step);
  if (read === "") return null;
  const left = step.num_prompts - step.prompts.length;
  return (
    <div className={classes.note}>
      <p>The step at which it happened read {read}.</p>
      {step.prompts.length > 0 && (
        <details>
          <summary>{step.num_prompts === 1 ? "Which one" : "Which ones"}</summary>
          <ul className={classes.prompts}>
            {step.prompts.map(({ name, prompt_id: id, excerpt }) => (
              <li key={name}>
                {id === null ? (
                  `Prompt ${name}, which is not stored here`
                ) : (
                  <ExcerptLink to={`/prompts/${id}`}>{excerpt.trim() || `Prompt ${name}`}</ExcerptLink>
                )}
              </li>
            ))}
            {left > 0 && <li>and {left} more</li>}
          </ul>
        </details>
      )}
    </div>
  );
}
