import { Button, Group } from "@mantine/core";

import { Icon } from "./icons";
import classes from "./toolbar.module.css";

export interface FilterChip {
  key: string;
  /** What is shown alone, such as "Week of 2 March 2026". */
  words: string;
  onRemove: () => void;
}

/** Filters that an address brings and no list chooses: each is seen, and goes when it is pressed. */
export function FilterChips({ chips }: { chips: FilterChip[] }) {
  if (chips.length === 0) return null;
  return (
    <Group className={classes.row} role="group" aria-label="Shown alone" gap="xs">
      {chips.map(({ key, words, onRemove }) => (
        <Button
          key={key}
          className={classes.chip}
          variant="default"
          rightSection={<Icon name="failed" size={12} />}
          aria-label={`${words}: remove this filter`}
          onClick={onRemove}
        >
          {words}
        </Button>
      ))}
    </Group>
  );
}
