import { Alert, Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useLocation, useParams } from "react-router";

import type { PromptImportDetail, PromptImportLine } from "@/api/research-types";
import { IMPORT_STATE_WORDS } from "@/api/words";
import { ConfirmButton } from "@/components/confirm-button";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { Facts } from "@/components/facts";
import { countOf, formatBytes, formatCount } from "@/components/formats";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { MoreButton } from "@/components/more-button";
import { PageHeader } from "@/components/page-header";
import { ProblemNote } from "@/components/problem-note";
import { ProgressLine } from "@/components/progress-line";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";
import { ToneBadge } from "@/components/tone-badge";
import { useAddressFilters } from "@/components/use-address-filters";

import classes from "./import-prompts.module.css";
import { importLinesQuery, isLiveImport, promptImportQuery, useCancelImport } from "./import-queries";
import type { ImportOutcome } from "./import-queries";
import { ImportUpload, waitsForPieces } from "./import-upload";
import { isOutcome, OUTCOME_WORDS } from "./prompt-words";

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

function Counts({
  prompts,
  chosen,
  onChoose,
}: {
  prompts: PromptImportDetail;
  chosen: string;
  onChoose: (outcome: string) => void;
}) {
  return (
    <div className={classes.counts} role="group" aria-label="Show the lines of one outcome">
      {Object.entries(prompts.num_lines).map(([outcome, count]) => (
        <button
          key={outcome}
          type="button"
          className={classes.count}
          aria-pressed={chosen === outcome}
          onClick={() => onChoose(chosen === outcome ? "" : outcome)}
        >
          <span>{OUTCOME_WORDS[outcome as ImportOutcome].label}</span>{" "}
          <span>{formatCount(count)}</span>
        </button>
      ))}
    </div>
  );
}

function Report({ prompts }: { prompts: PromptImportDetail }) {
  const [{ outcome }, setFilter] = useAddressFilters(["outcome"]);
  const chosen = isOutcome(outcome) ? outcome : undefined;
  const lines = useInfiniteQuery(importLinesQuery(prompts.id, chosen, prompts.num_lines_done));
  return (
    <Section
      title={prompts.is_dry_run ? "What an import would do" : "What became of each line"}
      actions={
        <Button component="a" href={`/api/prompt-imports/${prompts.id}/report.csv`} variant="default" download>
          Download as CSV
        </Button>
      }
    >
      <Counts prompts={prompts} chosen={outcome} onChoose={(value) => setFilter("outcome", value)} />
      <Loaded query={lines} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title={chosen ? "No line had this outcome" : "No line was read yet"} />
          ) : (
            <>
              <DataTable caption="Lines" columns={COLUMNS} rows={rows} rowKey={({ id }) => id} />
              <MoreButton list={lines} />
            </>
          )
        }
      </Loaded>
    </Section>
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

/** What can be done with the import now: end it, or look at what it left for a person. */
function NextStep({ prompts, cancel }: { prompts: PromptImportDetail; cancel: ReturnType<typeof useCancelImport> }) {
  if (isLiveImport(prompts)) {
    return (
      <ConfirmButton
        label="Cancel the import"
        question="Cancel this import?"
        consequence="What is stored stays; the rest of the file is not read."
        confirmLabel="Cancel it"
        isPending={cancel.isPending}
        onConfirm={() => cancel.mutate()}
      />
    );
  }
  if (prompts.is_dry_run || prompts.num_lines.personal_data === 0) return null;
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
  return (
    <>
      <PageHeader
        title={`Import of ${prompts.file_name}`}
        actions={<NextStep prompts={prompts} cancel={cancel} />}
      >
        <ToneBadge {...IMPORT_STATE_WORDS[prompts.state]} />{" "}
        {prompts.is_dry_run && "Only tried: nothing is stored."}
      </PageHeader>
      {cancel.isError && <ProblemNote error={cancel.error} title="It was not cancelled" />}
      {prompts.failure && (
        <Alert color="red" title="The import ended early" mb="lg">
          {prompts.failure}
        </Alert>
      )}
      {waitsForPieces(prompts) ? (
        <ImportUpload prompts={prompts} file={file} />
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
