import { TextInput } from "@mantine/core";

import { policiesOf, roleWords } from "./launch-choices";
import classes from "./launch.module.css";

/** How much each of several policies writes; left empty, supervised models write most. */
export function PolicyWeights({
  inputs,
  typed,
  problems,
  whole,
  onType,
}: {
  inputs: Record<string, string>;
  typed: Record<string, string>;
  problems: Record<string, string>;
  /** What is wrong with all of them together. */
  whole: string | undefined;
  onType: (role: string, text: string) => void;
}) {
  const roles = policiesOf(inputs);
  if (roles.length < 2) return null;
  return (
    <div
      className={classes.weights}
      role="group"
      aria-labelledby="weights-of-policies"
      aria-describedby={whole ? "weights-problem" : undefined}
    >
      <p className={classes.quiet} id="weights-of-policies">
        How much of every prompt&apos;s completions each policy writes, relative to the others. All empty:
        supervised models write three quarters where there are others too.
      </p>
      <div className={classes.inputs}>
        {roles.map((role) => (
          <TextInput
            key={role}
            label={`Weight of ${roleWords("sampling", role).label.toLowerCase()}`}
            inputWrapperOrder={["label", "input", "error"]}
            inputMode="decimal"
            autoComplete="off"
            value={typed[role] ?? ""}
            error={problems[role]}
            onChange={(event) => onType(role, event.currentTarget.value)}
          />
        ))}
      </div>
      {whole && (
        <p className={classes.problem} id="weights-problem">
          {whole}
        </p>
      )}
    </div>
  );
}
