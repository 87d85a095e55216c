import { NativeSelect, NumberInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "react-router";

import type { NewPromptImport, PromptImport } from "@/api/research-types";
import type { Column } from "@/components/data-table";
import { FileDrop } from "@/components/file-drop";
import { formatBytes, formatCount } from "@/components/formats";
import { BeginImportForm, ImportFields } from "@/components/imports/begin-import-form";
import { EarlierImports, importColumns } from "@/components/imports/earlier-imports";
import { useBeginImport } from "@/components/imports/import-server";
import { PageHeader } from "@/components/page-header";

import classes from "./import-prompts.module.css";
import { PROMPT_IMPORTS, promptImportsQuery } from "./import-queries";
import { FORMAT_WORDS, formatOf, PROMPT_DROP } from "./prompt-words";

const { file: FILE, state: STATE, begun: BEGUN } = importColumns<PromptImport>(PROMPT_IMPORTS.page);
const COLUMNS: Column<PromptImport>[] = [
  FILE,
  STATE,
  { key: "lines", header: "Lines", align: "end", cell: ({ num_lines_done: lines }) => formatCount(lines) },
  { key: "size", header: "Size", align: "end", cell: ({ num_bytes: bytes }) => formatBytes(bytes) },
  { key: "by", header: "By", cell: ({ created_by_name: name }) => name },
  BEGUN,
];

const FORMATS = Object.entries(FORMAT_WORDS).map(([value, label]) => ({ value, label }));

function FormatNote({ format }: { format: PromptImport["format"] }) {
  if (format !== "rows") {
    return (
      <p className={classes.format}>
        An export of prompts has a file <code>prompts.jsonl</code> for each split. Import both, each with its own
        format: a prompt that was held out stays held out, and prompts that begin alike all come back.
      </p>
    );
  }
  return (
    <details className={classes.format}>
      <summary>What a file looks like</summary>
      <p>
        JSON Lines holds one object per line, CSV names its columns in the first line. Only{" "}
        <code>text</code> is needed; <code>category</code>, <code>source_kind</code>,{" "}
        <code>distribution</code>, <code>user_key</code>, <code>organization_key</code> and{" "}
        <code>consent_reference</code> may follow. A customer&apos;s prompt needs its consent
        reference. Flags are an object in JSON and a column each in CSV, and so is what a prompt tries a
        model with: <code>false_premise</code>, <code>invites_hedging</code>,{" "}
        <code>many_constraints</code> and <code>harmful_request</code> stand among them.
      </p>
      <pre>{'{"text": "Explain tides to a child.", "category": "open_qa", "flags": {"closed_domain": false}}'}</pre>
      <pre>{"text,category,closed_domain\nExplain tides to a child.,open_qa,false"}</pre>
    </details>
  );
}

type CapBy = NonNullable<NewPromptImport["cap_by"]>;

/** What the page begins with where a trial led to it. */
export interface ImportBegun {
  /** Null where the page of the trial was opened anew and no longer has it. */
  file: File | null;
  format: PromptImport["format"];
  cap: number;
  capBy: CapBy;
}

function blockedBecause(file: File | null): string | null {
  if (file === null) return "Choose a file first.";
  return file.size === 0 ? "This file is empty." : null;
}

/** Begins an import: a file, what it holds, whether it is only tried, and how many prompts of one key pass. */
export function ImportPromptsPage() {
  const begun = useLocation().state as ImportBegun | null;
  const [file, setFile] = useState(begun?.file ?? null);
  const [format, setFormat] = useState<PromptImport["format"]>(begun?.format ?? "rows");
  const [isDryRun, setIsDryRun] = useState(begun === null);
  const [cap, setCap] = useState<number | string>(begun?.cap ?? "");
  const [capBy, setCapBy] = useState<CapBy | "">(begun?.capBy ?? "");
  const imports = useInfiniteQuery(promptImportsQuery);
  const { open, begin } = useBeginImport(PROMPT_IMPORTS);

  function choose(chosen: File | null) {
    setFile(chosen);
    setFormat((before) => (chosen && formatOf(chosen.name)) ?? before);
  }

  function importIt() {
    if (!file) return;
    const wanted = {
      file_name: file.name,
      num_bytes: file.size,
      format,
      is_dry_run: isDryRun,
      cap: typeof cap === "number" ? cap : null,
      cap_by: capBy || null,
    };
    begin(wanted, file);
  }

  return (
    <>
      <PageHeader title="Import prompts">
        Good lines are stored in the background; every other line is named with what is wrong in it.
      </PageHeader>
      <BeginImportForm
        noun="line"
        isDryRun={isDryRun}
        onDryRun={setIsDryRun}
        open={open}
        blocked={blockedBecause(file)}
        onBegin={importIt}
      >
        <FileDrop {...PROMPT_DROP} file={file} onChoose={choose} />
        <NativeSelect
          label="Format"
          description="What a line of the file is."
          data={FORMATS}
          value={format}
          onChange={(event) => setFormat(event.currentTarget.value as PromptImport["format"])}
        />
        <FormatNote format={format} />
        <ImportFields>
          <NumberInput
            label="Accepted prompts of one key"
            description="Later ones are kept and never sampled."
            placeholder="As usual"
            min={1}
            max={1_000_000}
            allowDecimal={false}
            thousandSeparator=","
            value={cap}
            onChange={setCap}
          />
          <NativeSelect
            label="The key"
            description="Whose prompts are counted together."
            data={[
              { value: "", label: "As usual" },
              { value: "organization", label: "Organization" },
              { value: "user", label: "User" },
            ]}
            value={capBy}
            onChange={(event) => setCapBy(event.currentTarget.value as CapBy | "")}
          />
        </ImportFields>
      </BeginImportForm>
      <EarlierImports imports={imports} columns={COLUMNS} />
    </>
  );
}
