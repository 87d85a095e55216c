import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useLocation, useParams } from "react-router";

import type { PromptImportDetail, PromptImportLine } from "@/api/research-types";
import type { Column } from "@/components/data-table";
import { Facts } from "@/components/facts";
import { countOf, formatBytes, formatCount } from "@/components/formats";
import { ImportHeader, isLiveImport } from "@/components/imports/import-header";
import { ImportReport } from "@/components/imports/import-report";
import { ImportUpload } from "@/components/imports/import-upload";
import { waitsForPieces } from "@/components/imports/upload-progress";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { ProgressLine } from "@/components/progress-line";
import { Section } from "@/components/section";
import { ToneBadge } from "@/components/tone-badge";
import { useAddressFilters } from "@/components/use-address-filters";

import type { ImportBegun } from "./import-prompts-page";
import { importLinesQuery, promptImportQuery, useCancelImport } from "./import-queries";
import type { ImportOutcome } from "./import-queries";
import { isOutcome, OUTCOME_WORDS, PROMPT_DROP } from "./prompt-words";
import { useUpload } from "./use-upload";

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
    const begun: ImportBegun = { file, cap: prompts.cap, capBy: prompts.cap_by };
    return (
      <LinkButton to="/prompts/import" state={begun}>
        Import it for good
      </LinkButton>
    );
  }
  if (prompts.num_lines.personal_data === 0) return null;
  return <LinkButton to="/prompts/personal-data">Review personal data</LinkButton>;
}

function Settings({ prompts }: { prompts: PromptImportDetail }) {
  return (
    <Section title="Settings" isSheet>
      <Facts
        facts={[
          { name: "By", value: prompts.created_by_name },
          { name: "Begun", value: <Moment at={prompts.created_at} /> },
          { name: "Ended", value: prompts.finished_at && <Moment at={prompts.finished_at} /> },
          { name: "Size", value: formatBytes(prompts.num_bytes) },
          { name: "Accepted at most", value: `${formatCount(prompts.cap)} for one ${prompts.cap_by}` },
          { name: "Same beginning", value: `${formatCount(prompts.prefix_tokens)} tokens` },
        ]}
      />
    </Section>
  );
}

function ImportView({ prompts }: { prompts: PromptImportDetail }) {
  const location = useLocation();
  const file = (location.state as { file?: File } | null)?.file ?? null;
  const cancel = useCancelImport(prompts.id);
  const pieces = useUpload(prompts.id);
  return (
    <>
      <ImportHeader found={prompts} cancel={cancel} next={<NextStep prompts={prompts} file={file} />} />
      {waitsForPieces(prompts) ? (
        <ImportUpload found={prompts} file={file} pieces={pieces} drop={PROMPT_DROP} />
      ) : (
        <>
          <Progress prompts={prompts} />
          <Report prompts={prompts} />
        </>
      )}
      <Settings prompts={prompts} />
    </>
  );
}

/** One import: its upload, how far it is, and what became of each line. */
export function PromptImportPage() {
  const importId = useParams().importId ?? "";
  const prompts = useQuery(promptImportQuery(importId));
  return <Loaded query={prompts}>{(found) => <ImportView prompts={found} />}</Loaded>;
}
