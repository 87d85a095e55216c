import { CommandKey } from "./command-key";
import classes from "./scale-keys.module.css";

interface Scale {
  minimum: number;
  maximum: number;
  anchors: Readonly<Record<string, string>>;
}

/** One number out of a few as a row of big keys, with words where the scale has them. */
export function ScaleKeys({
  label,
  scale,
  value,
  keyIdOf,
  hasTitle = false,
  onChoose,
}: {
  label: string;
  scale: Scale;
  value: number | null;
  /** The command that sets this number; its key stands on the button where it is not the number. */
  keyIdOf?: (step: number) => string;
  hasTitle?: boolean;
  onChoose: (step: number) => void;
}) {
  const length = scale.maximum - scale.minimum + 1;
  const steps = Array.from({ length }, (_, index) => scale.minimum + index);
  return (
    <div className={classes.scale}>
      {hasTitle && (
        <span className={classes.title} aria-hidden="true">
          {label}
        </span>
      )}
      <div
        className={classes.keys}
        style={{ gridTemplateColumns: `repeat(${length}, minmax(0, 1fr))` }}
        role="group"
        aria-label={label}
      >
        {steps.map((step) => (
          <button
            key={step}
            type="button"
            className={classes.key}
            data-wide={length <= 3 || undefined}
            aria-pressed={value === step}
            onClick={() => onChoose(step)}
          >
            {keyIdOf && <CommandKey id={keyIdOf(step)} />}
            <span className={classes.number} dir="ltr">
              {step}
            </span>{" "}
            <span className={classes.anchor}>{scale.anchors[String(step)]}</span>
          </button>
        ))}
      </div>
    </div>
  );
}
