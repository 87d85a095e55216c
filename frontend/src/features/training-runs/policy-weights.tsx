import { TextInput } from "@mantine/core";

import { policiesOf, roleWords } from "./launch-choices";
import classes from "./launch.module.css";
import { fieldMessages } from "./use-launch";

/** How much each of several policies writes; left empty, supervised models write most. */
export function PolicyWeights({
  inputs,
  typed,
  problems,
  error,
  onType,
}: {
  inputs: Record<string, string>;
  typed: Record<string, string>;
  problems: Record<string, string>;
  /** What the server refused, if it did. */
  error: unknown;
  onType: (role: string, text: string) => void;
}) {
  const roles = policiesOf(inputs);
  if (roles.length < 2) return null;
  const refused = fieldMessages(error, "weights");
  return (
    <div className={classes.weights} role="group" aria-labelledby="weights-of-policies">
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
            error={problems[role] ?? refused[role]}
            onChange={(event) => onType(role, event.currentTarget.value)}
          />
        ))}
      </div>
    </div>
  );
}
