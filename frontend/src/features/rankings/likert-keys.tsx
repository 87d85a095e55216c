import type { Catalogue } from "@/api/types";

import classes from "./likert-keys.module.css";

/** The rating as one row of big keys, worst to best, with words where the scale has them. */
export function LikertKeys({
  label,
  scale,
  value,
  onRate,
}: {
  label: string;
  scale: Catalogue["likert"];
  value: number | null;
  onRate: (rating: number) => void;
}) {
  const steps = Array.from(
    { length: scale.maximum - scale.minimum + 1 },
    (_, index) => scale.minimum + index,
  );
  return (
    <div className={classes.keys} role="group" aria-label={label}>
      {steps.map((step) => {
        const anchor = scale.anchors[String(step)];
        return (
          <button
            key={step}
            type="button"
            className={classes.key}
            aria-pressed={value === step}
            onClick={() => onRate(step)}
          >
            <span className={classes.number}>{step}</span>{" "}
            <span className={classes.anchor}>{anchor}</span>
          </button>
        );
      })}
    </div>
  );
}
