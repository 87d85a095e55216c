import { Button, NativeSelect, Switch, TextInput } from "@mantine/core";
import { useId, useState } from "react";

import type { HyperparameterField } from "@/api/training-types";

import { isChanged, textOf } from "./hyperparameter-form";
import type { Typed } from "./hyperparameter-form";
import classes from "./launch.module.css";
import { useIsNarrow } from "./use-is-narrow";

interface RowProps {
  field: HyperparameterField;
  typed: Typed;
  problem: string | undefined;
  onType: (name: string, text: string | null) => void;
}

function Control({ field, text, problem, onType, helpId }: {
  field: HyperparameterField;
  text: string;
  problem: string | undefined;
  onType: (text: string) => void;
  helpId: string;
}) {
  const shared = { "aria-label": field.name, error: problem };
  // An input of Mantine's names its own error alone, and would drop the help beside it.
  const errorId = `problem-${field.name}`;
  const described = {
    ...shared,
    withAria: false,
    "aria-invalid": problem !== undefined || undefined,
    "aria-describedby": problem === undefined ? helpId : `${errorId} ${helpId}`,
    errorProps: { id: errorId },
  };
  switch (field.kind) {
    case "bool":
      return (
        <Switch
          {...shared}
          aria-describedby={helpId}
          checked={text === "true"}
          onChange={(event) => onType(String(event.currentTarget.checked))}
          label={text === "true" ? "on" : "off"}
        />
      );
    case "choice":
      return (
        <NativeSelect
          {...described}
          data={field.choices}
          value={text}
          onChange={(event) => onType(event.currentTarget.value)}
        />
      );
    case "int":
    case "float":
    case "text":
      return (
        <TextInput
          {...described}
          value={text}
          inputMode={field.kind === "text" ? "text" : "decimal"}
          autoComplete="off"
          spellCheck={false}
          rightSection={field.unit ? <span className={classes.source}>{field.unit}</span> : null}
          rightSectionWidth={field.unit ? field.unit.length * 7 + 16 : undefined}
          rightSectionPointerEvents="none"
          onChange={(event) => onType(event.currentTarget.value)}
        />
      );
  }
}

function Row({ field, typed, problem, onType }: RowProps) {
  const changed = isChanged(field, typed);
  const helpId = `help-${field.name}`;
  return (
    <div
      className={changed ? `${classes.field} ${classes.changed}` : classes.field}
      role="group"
      aria-label={changed ? `${field.name}, changed` : field.name}
    >
      <div>
        <span className={classes.name}>{field.name}</span>
        <p className={classes.help} id={helpId}>
          {field.help} <span className={classes.source}>{field.source}</span>
        </p>
      </div>
      <div>
        <Control
          field={field}
          text={typed[field.name] ?? textOf(field.default)}
          problem={problem}
          helpId={helpId}
          onType={(text) => onType(field.name, text)}
        />
        {changed && (
          <div className={classes.mark}>
            <span>Changed from {textOf(field.default)}</span>
            <Button
              size="compact-xs"
              variant="subtle"
              aria-label={`Reset ${field.name} to ${textOf(field.default)}`}
              onClick={() => onType(field.name, null)}
            >
              Reset
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

interface RowsProps {
  fields: HyperparameterField[];
  typed: Typed;
  problems: Record<string, string>;
  onType: (name: string, text: string | null) => void;
}

function Rows({ fields, typed, problems, onType }: RowsProps) {
  return (
    <div className={classes.fields}>
      {fields.map((field) => (
        <Row
          key={field.name}
          field={field}
          typed={typed}
          problem={problems[field.name]}
          onType={onType}
        />
      ))}
    </div>
  );
}

function SearchedRows(props: RowsProps) {
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const shown = props.fields.filter(
    ({ name, help }) => name.includes(wanted.replaceAll(" ", "_")) || help.toLowerCase().includes(wanted),
  );
  return (
    <>
      <TextInput
        label="Find a hyperparameter"
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        maw="22rem"
        mb="sm"
      />
      <Rows {...props} fields={shown} />
      {shown.length === 0 && <p className={classes.quiet}>No hyperparameter has this in its name.</p>}
    </>
  );
}

/**
 * Every hyperparameter of a stage with what it does and who chose its default. On a small screen
 * only those that were changed or cannot be used, until all are asked for.
 */
export function HyperparameterRows(props: RowsProps) {
  const isNarrow = useIsNarrow();
  const [isUnfolded, setUnfolded] = useState(false);
  const rowsId = useId();
  if (!isNarrow) return <SearchedRows {...props} />;
  const { fields, typed, problems } = props;
  const marked = fields.filter((field) => isChanged(field, typed) || field.name in problems);
  return (
    <>
      <Button
        variant="default"
        mb="sm"
        aria-expanded={isUnfolded}
        aria-controls={rowsId}
        onClick={() => setUnfolded((before) => !before)}
      >
        {isUnfolded ? "Show changed ones only" : `Show all ${fields.length}`}
      </Button>
      <div id={rowsId}>
        {isUnfolded && <SearchedRows {...props} />}
        {!isUnfolded && marked.length > 0 && <Rows {...props} fields={marked} />}
      </div>
    </>
  );
}
