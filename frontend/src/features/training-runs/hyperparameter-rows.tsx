import { Button, NativeSelect, Switch, TextInput } from "@mantine/core";
import { useState } from "react";

import type { HyperparameterField } from "@/api/training-types";

import { isChanged, textOf } from "./hyperparameter-form";
import type { Typed } from "./hyperparameter-form";
import classes from "./launch.module.css";

interface RowProps {
  field: HyperparameterField;
  typed: Typed;
  problem: string | undefined;
  onType: (name: string, text: string | null) => void;
}

function Control({ field, text, problem, onType, describedBy }: {
  field: HyperparameterField;
  text: string;
  problem: string | undefined;
  onType: (text: string) => void;
  describedBy: string;
}) {
  const shared = { "aria-label": field.name, "aria-describedby": describedBy, error: problem };
  switch (field.kind) {
    case "bool":
      return (
        <Switch
          {...shared}
          checked={text === "true"}
          onChange={(event) => onType(String(event.currentTarget.checked))}
          label={text === "true" ? "on" : "off"}
        />
      );
    case "choice":
      return (
        <NativeSelect
          {...shared}
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
          {...shared}
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
          describedBy={helpId}
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

/** Every hyperparameter of a stage with what it does and who chose its default. */
export function HyperparameterRows({
  fields,
  typed,
  problems,
  onType,
}: {
  fields: HyperparameterField[];
  typed: Typed;
  problems: Record<string, string>;
  onType: (name: string, text: string | null) => void;
}) {
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const shown = fields.filter(
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
      <div className={classes.fields}>
        {shown.map((field) => (
          <Row
            key={field.name}
            field={field}
            typed={typed}
            problem={problems[field.name]}
            onType={onType}
          />
        ))}
      </div>
      {shown.length === 0 && <p className={classes.quiet}>No hyperparameter has this in its name.</p>}
    </>
  );
}
