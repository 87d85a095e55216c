import { Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLocation } from "react-router";

import type { JudgmentFormat, JudgmentImport } from "@/api/research-types";
import type { Column } from "@/components/data-table";
import { FileDrop } from "@/components/file-drop";
import { formatCount } from "@/components/formats";
import { BeginImportForm, ImportFields } from "@/components/imports/begin-import-form";
import { EarlierImports, importColumns } from "@/components/imports/earlier-imports";
import { useBeginImport } from "@/components/imports/import-server";
import { PageHeader } from "@/components/page-header";
import { ProblemNote } from "@/components/problem-note";

import { headOf, namesOf } from "./csv-head";
import type { CsvHead } from "./csv-head";
import { EMPTY_FORM, guessedChoices, guessedOf, requestOf, unreadyBecause, withFormat } from "./import-form";
import type { ImportBegun, ImportForm } from "./import-form";
import { formatsQuery, JUDGMENT_IMPORTS, judgmentImportsQuery } from "./judgment-import-queries";
import { MappingFields } from "./mapping-fields";

const { file: FILE, state: STATE, begun: BEGUN } = importColumns<JudgmentImport>(JUDGMENT_IMPORTS.page);
const COLUMNS: Column<JudgmentImport>[] = [
  FILE,
  { key: "format", header: "Format", cell: ({ format }) => format },
  { key: "dataset", header: "Data set", cell: ({ dataset }) => dataset },
  STATE,
  { key: "tasks", header: "Tasks", align: "end", cell: ({ num_tasks: count }) => formatCount(count) },
  { key: "judgments", header: "Judgments", align: "end", cell: ({ num_judgments: count }) => formatCount(count) },
  BEGUN,
];

async function csvHeadOf(file: File): Promise<CsvHead | null> {
  return /\.csv$/i.test(file.name) ? headOf(file) : null;
}

function useImportForm(begun: ImportBegun | null) {
  const [file, setFile] = useState(begun?.file ?? null);
  const [head, setHead] = useState<CsvHead | null>(null);
  const [form, setForm] = useState(begun?.form ?? EMPTY_FORM);
  const change = (part: Partial<typeof form>) => setForm((before) => ({ ...before, ...part }));

  useEffect(() => {
    if (begun?.file) void csvHeadOf(begun.file).then(setHead);
  }, [begun]);

  /** The file names its data set; a CSV is opened to see its columns. */
  async function choose(chosen: File | null) {
    setFile(chosen);
    if (!chosen) return;
    change(guessedOf(chosen.name));
    const found = await csvHeadOf(chosen);
    setHead(found);
    if (found) change({ format: "csv", choices: guessedChoices(namesOf(found.columns)) });
  }
  return { file, head, form, change, choose };
}

/** Which format it is, what the file does not say, and what it is for. */
function ImportSettings({
  formats,
  file,
  head,
  form,
  onChange,
}: {
  formats: JudgmentFormat[];
  file: File | null;
  head: CsvHead | null;
  form: ImportForm;
  onChange: (part: Partial<ImportForm>) => void;
}) {
  const format = formats.find(({ name }) => name === form.format);
  return (
    <>
      <ImportFields>
        <NativeSelect
          label="Format"
          description={format?.about ?? "What the file holds."}
          data={formats.map(({ name }) => name)}
          value={form.format}
          onChange={(event) => onChange(withFormat(form, event.currentTarget.value, file))}
        />
        <TextInput
          label="Data set"
          description="Part of the names of its people and models."
          value={form.dataset}
          onChange={(event) => onChange({ dataset: event.currentTarget.value })}
        />
        <TextInput
          label="Project"
          description="The same project takes several files."
          placeholder={`Imported: ${form.dataset}`}
          value={form.projectName}
          onChange={(event) => onChange({ projectName: event.currentTarget.value })}
        />
      </ImportFields>
      {format && (file !== null || format.name !== "csv") && (
        <MappingFields
          format={format}
          head={head}
          choices={form.choices}
          onChange={(name, value) => onChange({ choices: { ...form.choices, [name]: value } })}
        />
      )}
      <Checkbox
        label="For the figures only"
        description="Nothing of it ever trains a model."
        checked={form.isStudy}
        onChange={(event) => onChange({ isStudy: event.currentTarget.checked })}
      />
    </>
  );
}

/** Begins an import: a file, its format, what the file does not say, and whether it is only tried. */
export function ImportJudgmentsPage() {
  const begun = useLocation().state as ImportBegun | null;
  const { file, head, form, change, choose } = useImportForm(begun);
  const formats = useQuery(formatsQuery);
  const imports = useInfiniteQuery(judgmentImportsQuery);
  const { open, begin } = useBeginImport(JUDGMENT_IMPORTS);
  const format = formats.data?.formats.find(({ name }) => name === form.format);
  const why = unreadyBecause(form, file, format, formats.data?.max_bytes ?? 0);

  return (
    <>
      <PageHeader title="Import judgments">
        Rankings, votes and demonstrations made elsewhere. Good rows are stored in the background; every
        other row is named with what is wrong in it.
      </PageHeader>
      <BeginImportForm
        noun="row"
        isWide
        isDryRun={form.isDryRun}
        onDryRun={(isDryRun) => change({ isDryRun })}
        open={open}
        blocked={why}
        onBegin={() => file && begin(requestOf(form, file), file)}
      >
        {formats.isError && (
          <ProblemNote
            error={formats.error}
            title="The formats could not be loaded"
            onRetry={() => void formats.refetch()}
          />
        )}
        <FileDrop
          file={file}
          label="File of judgments"
          words="Drop the file here as it was published, gzipped or not"
          onChoose={(chosen) => void choose(chosen)}
        />
        <ImportSettings
          formats={formats.data?.formats ?? []}
          file={file}
          head={head}
          form={form}
          onChange={change}
        />
      </BeginImportForm>
      <EarlierImports imports={imports} columns={COLUMNS} />
    </>
  );
}
