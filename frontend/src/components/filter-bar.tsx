import { Button } from "@mantine/core";
import { useState } from "react";
import type { ReactNode } from "react";

import { FilterSelect } from "./filter-select";
import { Toolbar } from "./toolbar";
import classes from "./toolbar.module.css";

export interface FilterField<Name extends string> {
  name: Name;
  label: string;
  /** What choosing nothing means. */
  all: string;
  choices: { value: string; label: string }[];
  /** Whether the choices are names that people give, which are long. */
  isWide?: boolean;
}

const DAYS: readonly string[] = ["since", "until"];

/**
 * The filters of a page, each a choice of its own. On a phone only the first stands there until the
 * others are asked for: ten of them would fill the screen before the first figure.
 */
export function FilterBar<Name extends string>({
  label,
  fields,
  values,
  onChange,
  chips,
  children,
}: {
  label: string;
  fields: FilterField<Name>[];
  values: Record<Name, string>;
  onChange: (name: Name, value: string) => void;
  /** What is shown alone besides: always seen. */
  chips?: ReactNode;
  /** Filters that are no choice from a list. */
  children?: ReactNode;
}) {
  const [isOpen, setOpen] = useState(false);
  const others = fields.slice(1);
  const folded = [...others.map(({ name }): string => name), ...DAYS];
  const numChosen = Object.entries(values).filter(([name, value]) => folded.includes(name) && value !== "").length;
  const select = ({ name, label: words, all, choices, isWide }: FilterField<Name>) => (
    <FilterSelect
      key={name}
      label={words}
      all={all}
      choices={choices}
      value={values[name]}
      onChange={(value) => onChange(name, value)}
      isWide={isWide}
    />
  );
  return (
    <Toolbar label={label}>
      {fields.slice(0, 1).map(select)}
      <Button className={classes.fold} variant="default" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? "Fewer filters" : "More filters"}
        {numChosen > 0 && `, ${numChosen} chosen`}
      </Button>
      <div className={isOpen ? classes.others : `${classes.others} ${classes.folded}`}>
        {others.map(select)}
        {children}
      </div>
      {chips}
    </Toolbar>
  );
}
