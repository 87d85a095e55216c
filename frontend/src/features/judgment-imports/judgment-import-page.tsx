import { Alert, Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useLocation, useParams } from "react-router";

import { sentenceFor } from "@/api/errors";
import type { JudgmentImportDetail, JudgmentImportRow } from "@/api/research-types";
import { IMPORT_STATE_WORDS } from "@/api/words";
import { ConfirmButton } from "@/components/confirm-button";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { Facts } from "@/components/facts";
import { FileDrop } from "@/components/file-drop";
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

import {
  isLive,
  judgmentImportQuery,
  saidQuery,
  useCancelJudgmentImport,
  useJudgmentUpload,
} from "./judgment-import-queries";
import type { RowOutcome } from "./judgment-import-queries";
import classes from "./judgment-imports.module.css";

const OUTCOMES: Record<RowOutcome, string> = {
  broken: "Broken",
  left_out: "Left out",
  skipped: "Nothing new",
  note: "Stored, with a note",
};

const COLUMNS: Column<JudgmentImportRow>[] = [
  { key: "line", header: "Row", isRowHeader: true, cell: ({ line }) => formatCount(line) },
  { key: "outcome", header: "Outcome", isOneLine: true, cell: ({ outcome }) => OUTCOMES[outcome] },
  { key: "field", header: "Field", cell: ({ field }) => field },
  { key: "message", header: "Why", cell: ({ message }) => message },
];

function uploadedBytes({ num_bytes: size, chunk_bytes: chunk, uploaded }: JudgmentImportDetail): number {
  return uploaded.reduce((sum, position) => sum + Math.min(chunk, size - position * chunk), 0);
}

/** Uploads the file at hand; after a reload it asks for the file again and sends what is missing. */
function Upload({ found, file }: { found: JudgmentImportDetail; file: File | null }) {
  const { upload, numSent } = useJudgmentUpload(found.id);
  const hasBegun = useRef(false);
  useEffect(() => {
    if (!file || hasBegun.current) return;
    hasBegun.current = true;
    upload.mutate(file);
  }, [file, upload]);
  const sent = Math.max(numSent, uploadedBytes(found));
  return (
    <div className={classes.upload}>
      <ProgressLine
        label="Upload"
        share={sent / found.num_bytes}
        words={`${formatBytes(sent)} of ${formatBytes(found.num_bytes)} uploaded`}
        isQuiet={!upload.isPending}
      />
      {!upload.isPending && !upload.isSuccess && (
        <>
          <p role={upload.isError ? "alert" : undefined}>
            {upload.isError && `${sentenceFor(upload.error)} `}
            Choose {found.file_name} again: only the missing pieces are sent.
          </p>
          <FileDrop
            file={null}
            label="File of judgments"
            words="Drop the same file here"
            onChoose={(chosen) => {
              if (chosen) upload.mutate(chosen);
            }}
          />
        </>
      )}
    </div>
  );
}

function Report({ found }: { found: JudgmentImportDetail }) {
  const [{ outcome }, setFilter] = useAddressFilters(["outcome"]);
  const chosen = Object.hasOwn(OUTCOMES, outcome) ? (outcome as RowOutcome) : undefined;
  const rows = useInfiniteQuery(saidQuery(found.id, chosen, found.num_rows_done));
  return (
    <Section
      title="Rows with something to say"
      note="A row that is stored without a word is not listed."
      actions={
        <Button component="a" href={`/api/judgment-imports/${found.id}/report.csv`} variant="default" download>
          Download as CSV
        </Button>
      }
    >
      <div className={classes.counts} role="group" aria-label="Show the rows of one outcome">
        {(Object.keys(OUTCOMES) as RowOutcome[]).map((name) => (
          <button
            key={name}
            type="button"
            className={classes.count}
            aria-pressed={chosen === name}
            onClick={() => setFilter("outcome", chosen === name ? "" : name)}
          >
            <span>{OUTCOMES[name]}</span> <span>{formatCount(found.num_said[name])}</span>
          </button>
        ))}
      </div>
      <Loaded query={rows} skeleton={<TableSkeleton />}>
        {(shown) =>
          shown.length === 0 ? (
            <EmptyNote title={chosen ? "No row had this outcome" : "Nothing to say so far"} />
          ) : (
            <>
              <DataTable caption="Rows" columns={COLUMNS} rows={shown} rowKey={({ id }) => id} />
              <MoreButton list={rows} />
            </>
          )
        }
      </Loaded>
    </Section>
  );
}

function Stored({ found }: { found: JudgmentImportDetail }) {
  const facts = [
    { name: "Rows read", value: formatCount(found.num_rows_done) },
    { name: "Tasks", value: formatCount(found.num_tasks) },
    { name: "Judgments", value: formatCount(found.num_judgments) },
    { name: "Demonstrations", value: formatCount(found.num_demonstrations) },
    { name: "New prompts", value: formatCount(found.num_prompts) },
    { name: "New completions", value: formatCount(found.num_completions) },
    { name: "New labelers", value: formatCount(found.num_labelers) },
  ];
  return (
    <Section title={found.is_dry_run ? "What an import would store" : "What is stored"} isSheet>
      {isLive(found) && (
        <p>{found.state === "queued" ? "Waiting for a worker." : `${countOf(found.num_rows_done, "row")} read so far.`}</p>
      )}
      {!found.is_whole && (
        <p role="status">
          Trying stopped after {countOf(found.num_rows_done, "row")}: the rest of the file was not looked at.
        </p>
      )}
      <Facts facts={facts} />
    </Section>
  );
}

function Settings({ found }: { found: JudgmentImportDetail }) {
  const chosen = Object.entries(found.choices).filter(([, value]) => value !== "");
  return (
    <Section title="Settings" isSheet>
      <Facts
        facts={[
          { name: "Format", value: found.format },
          { name: "Data set", value: found.dataset },
          { name: "Project", value: found.project_name },
          { name: "Use", value: found.is_study ? "For the figures only" : "May train" },
          { name: "By", value: found.created_by_name },
          { name: "Begun", value: <Moment at={found.created_at} /> },
          { name: "Ended", value: found.finished_at && <Moment at={found.finished_at} /> },
          { name: "Size", value: formatBytes(found.num_bytes) },
          ...chosen.map(([name, value]) => ({ name: `Chosen: ${name}`, value })),
        ]}
      />
    </Section>
  );
}

/** What can be done with the import now: end it, or go on with what it brought. */
function NextStep({ found }: { found: JudgmentImportDetail }) {
  const cancel = useCancelJudgmentImport(found.id);
  if (isLive(found)) {
    return (
      <>
        {cancel.isError && <ProblemNote error={cancel.error} title="It was not cancelled" />}
        <ConfirmButton
          label="Cancel the import"
          question="Cancel this import?"
          consequence="What is stored stays; the rest of the file is not read."
          confirmLabel="Cancel it"
          isPending={cancel.isPending}
          onConfirm={() => cancel.mutate()}
        />
      </>
    );
  }
  if (found.is_dry_run) return <LinkButton to="/data/import">Import it for good</LinkButton>;
  if (found.project_id === null) return null;
  return (
    <>
      <LinkButton to={`/agreement?project=${found.project_id}`} isQuiet>
        Agreement
      </LinkButton>
      <LinkButton to={`/win-rates?project=${found.project_id}`} isQuiet>
        Win rates
      </LinkButton>
      <LinkButton to={`/projects/${found.project_id}`}>Project</LinkButton>
    </>
  );
}

function ImportView({ found }: { found: JudgmentImportDetail }) {
  const location = useLocation();
  const file = (location.state as { file?: File } | null)?.file ?? null;
  const isUploading = found.state === "queued" && uploadedBytes(found) < found.num_bytes;
  return (
    <>
      <PageHeader title={`Import of ${found.file_name}`} actions={<NextStep found={found} />}>
        <ToneBadge {...IMPORT_STATE_WORDS[found.state]} />{" "}
        {found.is_dry_run && "Only tried: nothing is stored."}
      </PageHeader>
      {found.failure && (
        <Alert color="red" title="The import ended early" mb="lg">
          {found.failure}
        </Alert>
      )}
      {isUploading ? (
        <Upload found={found} file={file} />
      ) : (
        <>
          <Stored found={found} />
          <Report found={found} />
        </>
      )}
      <Settings found={found} />
    </>
  );
}

/** One import of judgments: its upload, what it stored, and every row with something to say. */
export function JudgmentImportPage() {
  const importId = useParams().importId ?? "";
  const found = useQuery(judgmentImportQuery(importId));
  return <Loaded query={found}>{(shown) => <ImportView found={shown} />}</Loaded>;
}
