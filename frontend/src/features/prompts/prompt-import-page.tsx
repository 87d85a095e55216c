import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { PromptImportDetail, PromptImportLine } from "@/api/research-types";
import type { Column } from "@/components/data-table";
import { countOf, formatBytes, formatCount } from "@/components/formats";
import { ImportPage } from "@/components/imports/import-page";
import { ImportReport } from "@/components/imports/import-report";
import { isLiveImport } from "@/components/imports/import-server";
import { LinkButton } from "@/components/link-button";
import { ProgressLine } from "@/components/progress-line";
import { Section } from "@/components/section";
import { ToneBadge } from "@/components/tone-badge";
import { useAddressFilters } from "@/components/use-address-filters";

import type { ImportBegun } from "./import-prompts-page";
import { importLinesQuery, PROMPT_IMPORTS } from "./import-queries";
import type { ImportOutcome } from "./import-queries";
import { FORMAT_WORDS, isOutcome, OUTCOME_WORDS, PROMPT_DROP } from "./prompt-words";

const COLUMNS: Column<PromptImportLine>[] = [
  { key: "line", header: "Line", isRowHeader: true, cell: ({ line }) => formatCount(line) },
  {
    key: "outcome",
    header: "Outcome",
    isOneLine: true,
    cell: ({ outcome }) => <ToneBadge {...OUTCOME_WORDS[outcome]} />,
  },
  {
    key: "prompt",
    header: "Prompt",
    isOneLine: true,
    cell: ({ prompt_id: own, duplicate_of_id: first }) => {
      const id = own ?? first;
      return id && <Link to={`/prompts/${id}`}>{own ? `Prompt ${id}` : `Repeats ${id}`}</Link>;
    },
  },
  { key: "field", header: "Field", cell: ({ field }) => field },
  { key: "message", header: "Why", cell: ({ message }) => message },
];

function Report({ prompts }: { prompts: PromptImportDetail }) {
  const [{ outcome }, setFilter] = useAddressFilters(["outcome"]);
  const chosen = isOutcome(outcome) ? outcome : undefined;
  const lines = useInfiniteQuery(importLinesQuery(prompts.id, chosen, prompts.num_lines_done));
  return (
    <ImportReport
      title={prompts.is_dry_run ? "What an import would do" : "What became of each line"}
      file={`/api/prompt-imports/${prompts.id}/report.csv`}
      noun="line"
      counts={Object.entries(prompts.num_lines).map(([name, count]) => ({
        outcome: name as ImportOutcome,
        label: OUTCOME_WORDS[name as ImportOutcome].label,
        count,
      }))}
      chosen={chosen}
      onChoose={(value) => setFilter("outcome", value)}
      rows={lines}
      columns={COLUMNS}
      nothing="No line was read yet"
    />
  );
}

function Progress({ prompts }: { prompts: PromptImportDetail }) {
  const { state, num_bytes: size, num_bytes_done: done } = prompts;
  if (!isLiveImport(prompts)) return null;
  return (
    <Section title="Progress">
      <ProgressLine
        label="Import"
        share={done / size}
        words={state === "queued" ? "Waiting for a worker" : `${countOf(prompts.num_lines_done, "line")} read`}
        more={`${formatBytes(done)} of ${formatBytes(size)}`}
      />
    </Section>
  );
}

function NextStep({ prompts, file }: { prompts: PromptImportDetail; file: File | null }) {
  if (prompts.is_dry_run) {
    const begun: ImportBegun = { file, format: prompts.format, cap: prompts.cap, capBy: prompts.cap_by };
    return (
      <LinkButton to="/prompts/import" state={begun}>
        Import it for good
      </LinkButton>
    );
  }
  if (prompts.num_lines.personal_data === 0) return null;
  return <LinkButton to="/prompts/personal-data">Review personal data</LinkButton>;
}

function settingsOf({ format, cap, cap_by: key, prefix_tokens: tokens }: PromptImportDetail) {
  return {
    first: [{ name: "Format", value: FORMAT_WORDS[format] }],
    last: [
      { name: "Accepted at most", value: `${formatCount(cap)} for one ${key}` },
      // Exported prompts were told apart before.
      { name: "Same beginning", value: format === "rows" ? `${formatCount(tokens)} tokens` : null },
    ],
  };
}

/** One import: its upload, how far it is, and what became of each line. */
export function PromptImportPage() {
  return (
    <ImportPage
      server={PROMPT_IMPORTS}
      drop={PROMPT_DROP}
      next={(prompts, file) => <NextStep prompts={prompts} file={file} />}
      settings={settingsOf}
    >
      {(prompts) => (
        <>
          <Progress prompts={prompts} />
          <Report prompts={prompts} />
        </>
      )}
    </ImportPage>
  );
}
