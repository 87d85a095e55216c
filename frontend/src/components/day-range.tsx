import { TextInput } from "@mantine/core";

/** Two fields of a filter bar, the first day and the last one; empty where there is no bound. */
export function DayRange({
  since,
  until,
  label,
  onChange,
}: {
  since: string;
  until: string;
  /** Of what the days are, such as "Answered". */
  label: string;
  onChange: (name: "since" | "until", value: string) => void;
}) {
  const day = (name: "since" | "until", value: string, text: string) => (
    <TextInput
      type="date"
      label={text}
      value={value}
      onChange={(event) => onChange(name, event.currentTarget.value)}
    />
  );
  return (
    <>
      {day("since", since, `${label} from`)}
      {day("until", until, `${label} to`)}
    </>
  );
}
