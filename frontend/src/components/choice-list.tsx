import { Checkbox, Input } from "@mantine/core";

import classes from "./choice-list.module.css";

export interface Choice<Id> {
  id: Id;
  label: string;
  description: string;
}

/** Any number of some named things: a box of check boxes that scrolls when they are many. */
export function ChoiceList<Id extends string | number>({
  label,
  description,
  error,
  choices,
  chosen,
  onChange,
}: {
  label: string;
  description?: string;
  error?: string;
  choices: readonly Choice<Id>[];
  chosen: readonly Id[];
  onChange: (chosen: Id[]) => void;
}) {
  return (
    <Input.Wrapper label={label} description={description} error={error} labelElement="div">
      <div className={classes.choices} role="group" aria-label={label}>
        {choices.map((choice) => (
          <Checkbox
            key={choice.id}
            label={choice.label}
            description={choice.description}
            checked={chosen.includes(choice.id)}
            onChange={(event) =>
              onChange(
                event.currentTarget.checked
                  ? [...chosen, choice.id]
                  : chosen.filter((id) => id !== choice.id),
              )
            }
          />
        ))}
      </div>
    </Input.Wrapper>
  );
}
