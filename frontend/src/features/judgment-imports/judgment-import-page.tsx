import { Alert } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";

import type { JudgmentImportDetail, JudgmentImportRow } from "@/api/research-types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { Facts } from "@/components/facts";
import { countOf, formatCount } from "@/components/formats";
import { ImportPage } from "@/components/imports/import-page";
import { ImportReport } from "@/components/imports/import-report";
import { isLiveImport } from "@/components/imports/import-server";
import { LinkButton } from "@/components/link-button";
import { Section } from "@/components/section";
import { useAddressFilters } from "@/components/use-address-filters";

import { formOfTrial } from "./import-form";
import type { ImportBegun } from "./import-form";
import { JUDGMENT_IMPORTS, saidQuery } from "./judgment-import-queries";
import type { RowOutcome } from "./judgment-import-queries";
import classes from "./judgment-imports.module.css";

const OUTCOMES: Record<RowOutcome, string> = {
  broken: "Broken",
  left_out: "Left out",
  skipped: "Nothing new",
  note: "Stored, with a note",
};

const DROP = { label: "File of judgments", words: "Drop the same file here" };

const COLUMNS: Column<JudgmentImportRow>[] = [
  // Row 0 is what is wrong with the file as a whole.
  { key: "line", header: "Row", isRowHeader: true, cell: ({ line }) => (line === 0 ? "The file" : formatCount(line)) },
  { key: "outcome", header: "Outcome", isOneLine: true, cell: ({ outcome }) => OUTCOMES[outcome] },
  { key: "field", header: "Field", cell: ({ field }) => field && <span className={classes.field}>{field}</span> },
  { key: "message", header: "Why", cell: ({ message }) => <span className={classes.quoted}>{message}</span> },
];

/** Why no row is listed. */
function nothingSaid({ state, num_rows_done: numRead }: JudgmentImportDetail): string {
  if (isLiveImport({ state })) return "Nothing to say so far";
  return numRead === 0 ? "No row was read" : "Every row was taken without a word";
}

/** Why an import that is over brought nothing new; null where it did, or all of it was here before. */
function nothingBecause({ state, num_said: said, ...found }: JudgmentImportDetail): string | null {
  if (state !== "done" || found.num_judgments + found.num_demonstrations > 0) return null;
  if (found.num_rows_done === 0) return "The file holds no row.";
  if (said.broken + said.left_out === 0) return null;
  return "The reasons are listed below: choose other settings, or mend the file.";
}

function NothingStored({ found }: { found: JudgmentImportDetail }) {
  const why = nothingBecause(found);
  if (why === null) return null;
  return (
    <Alert color="yellow" title={found.is_dry_run ? "Nothing would be stored" : "Nothing was stored"} mb="lg">
      {why}
    </Alert>
  );
}

function Report({ found }: { found: JudgmentImportDetail }) {
  const [{ outcome }, setFilter] = useAddressFilters(["outcome"]);
  const chosen = Object.hasOwn(OUTCOMES, outcome) ? (outcome as RowOutcome) : undefined;
  const rows = useInfiniteQuery(saidQuery(found.id, chosen, found.num_rows_done));
  return (
    <ImportReport
      title="Rows with something to say"
      note="A row that is stored without a word is not listed; one of which several things are said counts under each."
      file={`/api/judgment-imports/${found.id}/report.csv`}
      noun="row"
      counts={(Object.keys(OUTCOMES) as RowOutcome[]).map((name) => ({
        outcome: name,
        label: OUTCOMES[name],
        count: found.num_said[name],
      }))}
      chosen={chosen}
      onChoose={(value) => setFilter("outcome", value)}
      rows={rows}
      columns={COLUMNS}
      nothing={nothingSaid(found)}
    />
  );
}

/** Rows of the file, each once; none where there was no row, or where an earlier release did not count them. */
function rowFacts(found: JudgmentImportDetail) {
  if (found.num_rows_read === 0) return [];
  return [
    { name: "Rows of the file read", value: formatCount(found.num_rows_read) },
    { name: "Rows stored", value: formatCount(found.num_rows_stored) },
    { name: "Rows with nothing new", value: formatCount(found.num_rows_skipped) },
    { name: "Rows left out", value: formatCount(found.num_rows_left_out) },
    { name: "Rows broken", value: formatCount(found.num_rows_broken) },
  ];
}

function Stored({ found }: { found: JudgmentImportDetail }) {
  const facts = [
    ...rowFacts(found),
    { name: "Tasks", value: formatCount(found.num_tasks) },
    { name: "Judgments", value: formatCount(found.num_judgments) },
    { name: "Demonstrations", value: formatCount(found.num_demonstrations) },
    { name: "New prompts", value: formatCount(found.num_prompts) },
    { name: "New completions", value: formatCount(found.num_completions) },
    { name: "New labelers", value: formatCount(found.num_labelers) },
  ];
  return (
    <Section title={found.is_dry_run ? "What an import would store" : "What is stored"} isSheet>
      {isLiveImport(found) && (
        <p>{found.state === "queued" ? "Waiting for a worker." : `${countOf(found.num_rows_read, "row")} read so far.`}</p>
      )}
      {!found.is_whole && (
        <p role="status">
          Trying stopped after {countOf(found.num_rows_read, "row")}: the rest of the file was not looked at.
        </p>
      )}
      <Facts facts={facts} />
    </Section>
  );
}

const PLACES: Column<[place: string, numRows: number]>[] = [
  { key: "place", header: "In the file", isRowHeader: true, cell: ([place]) => <span className={classes.field}>{place}</span> },
  { key: "rows", header: "Rows", align: "end", cell: ([, count]) => formatCount(count) },
];

/** What the file holds and nothing here has a place for, so that nobody believes it was imported. */
function NotKept({ found }: { found: JudgmentImportDetail }) {
  const places = Object.entries(found.not_kept).sort(([a], [b]) => a.localeCompare(b));
  if (places.length === 0) return null;
  return (
    <Section title="Not kept" note="What stands in the file under these names has no place here and is not stored.">
      <DataTable caption="Not kept" columns={PLACES} rows={places} rowKey={([place]) => place} />
    </Section>
  );
}

function settingsOf(found: JudgmentImportDetail) {
  const chosen = Object.entries(found.choices).filter(([, value]) => value !== "");
  return {
    first: [
      { name: "Format", value: found.format },
      { name: "Data set", value: found.dataset },
      { name: "Project", value: found.project_name },
      { name: "Use", value: found.is_study ? "For the figures only" : "May train" },
    ],
    last: chosen.map(([name, value]) => ({ name: `Chosen: ${name}`, value: value.replaceAll(",", ", ") })),
  };
}

/** Where one goes with what the import brought. */
function NextStep({ found, file }: { found: JudgmentImportDetail; file: File | null }) {
  if (found.is_dry_run) {
    const begun: ImportBegun = { file, form: formOfTrial(found) };
    return (
      <LinkButton to="/data/import" state={begun}>
        Import it for good
      </LinkButton>
    );
  }
  // The project may be there from another import.
  if (found.project_id === null || (found.state !== "done" && found.num_tasks === 0)) return null;
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

/** One import of judgments: its upload, what it stored, and every row with something to say. */
export function JudgmentImportPage() {
  return (
    <ImportPage
      server={JUDGMENT_IMPORTS}
      drop={DROP}
      next={(found, file) => <NextStep found={found} file={file} />}
      settings={settingsOf}
    >
      {(found) => (
        <>
          <NothingStored found={found} />
          <Stored found={found} />
          <NotKept found={found} />
          <Report found={found} />
        </>
      )}
    </ImportPage>
  );
}
