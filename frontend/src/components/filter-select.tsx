import { NativeSelect } from "@mantine/core";

import classes from "./toolbar.module.css";

interface Choice {
  value: string;
  label: string;
}

/** One filter of a list: nothing chosen shows everything. */
export function FilterSelect({
  label,
  all,
  choices,
  value,
  onChange,
  isWide = false,
}: {
  label: string;
  /** What choosing nothing means, such as "All stages". */
  all: string;
  choices: Choice[];
  value: string;
  onChange: (value: string) => void;
  /** For names that people give, which are long. */
  isWide?: boolean;
}) {
  // What is filtered by is shown, and can be unchosen, also where it is none of the choices: before
  // they are loaded, or out of an address.
  const isListed = value === "" || choices.some((one) => one.value === value);
  const chosen = isListed ? [] : [{ value, label: value }];
  return (
    <NativeSelect
      className={isWide ? classes.wide : undefined}
      label={label}
      data={[{ value: "", label: all }, ...chosen, ...choices]}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
