import type { ReactNode } from "react";

import { FilterSelect } from "./filter-select";
import { Toolbar } from "./toolbar";

export interface FilterField<Name extends string> {
  name: Name;
  label: string;
  /** What choosing nothing means. */
  all: string;
  choices: { value: string; label: string }[];
  /** Whether the choices are names that people give, which are long. */
  isWide?: boolean;
}

/** The filters of a page in one row, each a choice of its own. */
export function FilterBar<Name extends string>({
  label,
  fields,
  values,
  onChange,
  children,
}: {
  label: string;
  fields: FilterField<Name>[];
  values: Record<Name, string>;
  onChange: (name: Name, value: string) => void;
  /** Filters that are no choice from a list. */
  children?: ReactNode;
}) {
  return (
    <Toolbar label={label}>
      {fields.map(({ name, label: words, all, choices, isWide }) => (
        <FilterSelect
          key={name}
          label={words}
          all={all}
          choices={choices}
          value={values[name]}
          onChange={(value) => onChange(name, value)}
          isWide={isWide}
        />
      ))}
      {children}
    </Toolbar>
  );
}
