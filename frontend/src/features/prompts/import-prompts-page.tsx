import { Button, Checkbox, FileButton, Group, Stack, Textarea } from "@mantine/core";
import { useState } from "react";
import type { SyntheticEvent } from "react";

import type { ImportReport } from "@/api/research-types";
import { PageHeader } from "@/components/page-header";
import { ProblemNote } from "@/components/problem-note";
import { Section } from "@/components/section";

import classes from "./import-prompts.module.css";
import { ImportReportView } from "./import-report";
import { useImportPrompts } from "./prompt-queries";

const EXAMPLE = '{"text": "Explain tides to a child.", "category": "open_qa", "source_kind": "labeler_plain"}';
const MAX_BYTES = 2_500_000;

function sizeOf(text: string): number {
  return new Blob([text]).size;
}

function Lines({ lines, onChange }: { lines: string; onChange: (lines: string) => void }) {
  async function read(file: File | null) {
    if (file) onChange(await file.text());
  }
  return (
    <div>
      <Textarea
        label="Lines"
        description="One JSON object per line."
        placeholder={EXAMPLE}
        autosize
        minRows={8}
        maxRows={18}
        spellCheck={false}
        classNames={{ input: classes.lines }}
        value={lines}
        error={sizeOf(lines) > MAX_BYTES ? "Larger than 2.5 MB: import it in parts." : undefined}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <FileButton accept=".jsonl,.ndjson,.txt,application/jsonl" onChange={(file) => void read(file)}>
        {(props) => (
          <Button {...props} variant="default" size="compact-sm" mt="xs">
            Choose a file
          </Button>
        )}
      </FileButton>
    </div>
  );
}

/** Brings prompts in from JSON Lines: first as a trial, then for good. */
export function ImportPromptsPage() {
  const [lines, setLines] = useState("");
  const [isDryRun, setIsDryRun] = useState(true);
  const [report, setReport] = useState<ImportReport | null>(null);
  const send = useImportPrompts();
  const isSendable = lines.trim() !== "" && sizeOf(lines) <= MAX_BYTES;

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    setReport(null);
    send.mutate({ lines, isDryRun }, { onSuccess: setReport });
  }

  return (
    <>
      <PageHeader title="Import prompts">
        Good lines are stored; every other line is named with what is wrong in it.
      </PageHeader>
      <form onSubmit={submit} className={classes.form}>
        <Stack gap="md">
          {send.isError && <ProblemNote error={send.error} title="Nothing was imported" />}
          <Lines
            lines={lines}
            onChange={(changed) => {
              setLines(changed);
              // A report is about the lines that were sent, not about the changed ones.
              setReport(null);
            }}
          />
          <Checkbox
            label="Only try it"
            description="Reports on every line and stores nothing."
            checked={isDryRun}
            onChange={(event) => setIsDryRun(event.currentTarget.checked)}
          />
          <Group>
            <Button type="submit" disabled={!isSendable} loading={send.isPending}>
              {isDryRun ? "Try the import" : "Import for good"}
            </Button>
          </Group>
        </Stack>
      </form>
      {report && (
        <Section title={report.dry_run ? "What an import would do" : "What was imported"}>
          <ImportReportView report={report} />
        </Section>
      )}
    </>
  );
}
