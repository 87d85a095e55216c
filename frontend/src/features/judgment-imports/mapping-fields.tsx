import { MultiSelect, NativeSelect, TextInput } from "@mantine/core";

import type { JudgmentFormat } from "@/api/research-types";
import { DataTable } from "@/components/data-table";
import { ImportFields } from "@/components/imports/begin-import-form";

import { choiceOf, namesIn, namesOf, otherSeparator } from "./csv-head";
import type { CsvHead } from "./csv-head";
import { ONE_COLUMN, SEVERAL_COLUMNS } from "./import-form";
import classes from "./judgment-imports.module.css";

const MAX_SHOWN = 80;

function shortened(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text;
}

type Choice = JudgmentFormat["choices"][number];

function spoken(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

interface Option {
  value: string;
  label: string;
}

/** What can be chosen; the first is what holds unless something is. Empty where it is typed. */
function optionsOf({ name, allowed, default: usual }: Choice, columns: string[] | null): Option[] {
  const isColumn = columns !== null && ONE_COLUMN.includes(name);
  const others = isColumn ? columns : allowed.filter((one) => one !== usual);
  if (others.length === 0) return [];
  // The usual one by its own name: an empty answer is none of those that are allowed.
  const first = isColumn ? { value: "", label: "None" } : { value: usual, label: `As usual: ${usual}` };
  return [first, ...others.map((one) => ({ value: one, label: one }))];
}

function Field({
  choice,
  columns,
  value,
  onChange,
}: {
  choice: Choice;
  /** Those of a CSV file; null where they are not known, as of a workbook, or the choice is no column. */
  columns: string[] | null;
  value: string | undefined;
  onChange: (value: string) => void;
}) {
  const { name, help, default: usual } = choice;
  const described = { label: spoken(name), description: `${spoken(help)}.` };
  if (columns && SEVERAL_COLUMNS.includes(name)) {
    return (
      <MultiSelect
        {...described}
        data={columns}
        placeholder={value ? undefined : "None"}
        value={namesIn(value ?? "").filter((one) => columns.includes(one))}
        onChange={(chosen) => onChange(choiceOf(chosen))}
        clearable
      />
    );
  }
  const options = optionsOf(choice, columns);
  if (options.length > 0) {
    return (
      <NativeSelect
        {...described}
        data={options}
        value={value ?? options[0]?.value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  return (
    <TextInput
      {...described}
      placeholder={usual}
      value={value ?? ""}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** How the columns of a CSV are known, its first rows, and why it may look like one column. */
function FirstRows({ head }: { head: CsvHead | null }) {
  if (!head) {
    return (
      <p className={classes.why}>
        Type the names as they stand in the first row, several with a comma between. Only those of a file
        whose name ends with .csv are shown here.
      </p>
    );
  }
  const separator = otherSeparator(head.columns);
  return (
    <>
      {separator !== null && (
        <p className={classes.why}>
          Its columns look separated by {separator}: save it with commas, or as a workbook (XLSX).
        </p>
      )}
      {head.rows.length > 0 && (
        <div className={classes.preview}>
          <DataTable
            caption="The first rows of the file"
            columns={head.columns.map((name, place) => ({
              // Names may come twice, which the import then says.
              key: `${name} ${place}`,
              header: name,
              cell: ({ cells }: { cells: string[] }) => shortened(cells[place] ?? ""),
            }))}
            rows={head.rows.map((cells, number) => ({ cells, number }))}
            rowKey={({ number }) => number}
          />
        </div>
      )}
    </>
  );
}

/** What a file of this format does not say; the columns of a CSV are chosen from the file itself. */
export function MappingFields({
  format,
  head,
  choices,
  onChange,
}: {
  format: JudgmentFormat;
  head: CsvHead | null;
  choices: Record<string, string>;
  onChange: (name: string, value: string) => void;
}) {
  if (format.choices.length === 0) return null;
  return (
    <fieldset className={classes.mapping}>
      <legend>{format.name === "csv" ? "Which column is what" : "What the file does not say"}</legend>
      {format.name === "csv" && <FirstRows head={head} />}
      <ImportFields>
        {format.choices.map((choice) => (
          <Field
            key={choice.name}
            choice={choice}
            columns={format.name === "csv" && head ? namesOf(head.columns) : null}
            value={choices[choice.name]}
            onChange={(value) => onChange(choice.name, value)}
          />
        ))}
      </ImportFields>
    </fieldset>
  );
}
