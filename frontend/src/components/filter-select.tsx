import { NativeSelect } from "@mantine/core";

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
}: {
  label: string;
  /** What choosing nothing means, such as "All stages". */
  all: string;
  choices: Choice[];
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <NativeSelect
      label={label}
      data={[{ value: "", label: all }, ...choices]}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
