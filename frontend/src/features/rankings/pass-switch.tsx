import { KeyHint } from "@/components/key-hint";

import type { Phase } from "./board";
import classes from "./pass-switch.module.css";

const PASSES: { phase: Phase; label: string }[] = [
  { phase: "rate", label: "1 Read and rate" },
  { phase: "order", label: "2 Order" },
];

/** Which of the two passes is on, and the way to the other. */
export function PassSwitch({
  phase,
  onChange,
}: {
  phase: Phase;
  onChange: (phase: Phase) => void;
}) {
  return (
    <div className={classes.switch} role="group" aria-label="Pass">
      {PASSES.map((pass) => (
        <button
          key={pass.phase}
          type="button"
          className={classes.pass}
          aria-pressed={pass.phase === phase}
          onClick={() => onChange(pass.phase)}
        >
          {pass.label}
        </button>
      ))}
      <KeyHint>Tab</KeyHint>
    </div>
  );
}
