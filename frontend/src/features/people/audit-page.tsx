import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { api, bodyOf } from "@/api/client";
import { listQuery } from "@/api/pages";
import type { AuditEntry } from "@/api/screening-types";
import { choicesOf, labelOf } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { FilterSelect } from "@/components/filter-select";
import { formatDateTime } from "@/components/formats";
import { Loaded } from "@/components/loaded";
import { MoreButton } from "@/components/more-button";
import { PageHeader } from "@/components/page-header";
import { SearchFilter } from "@/components/search-filter";
import { TableSkeleton } from "@/components/table-skeleton";
import { Toolbar } from "@/components/toolbar";
import { useAddressFilters } from "@/components/use-address-filters";

import { detailsOf } from "./audit-details";
import classes from "./people.module.css";

/** What entries are about, as people call it. */
const SUBJECT_WORDS: Record<string, string> = {
  candidacy: "Candidate",
  user: "Account",
  invitation: "Invitation",
  apitoken: "API token",
  project: "Project",
  prompt: "Prompt",
  screening: "Screening",
  consentversion: "Consent",
  modelversion: "Model",
  run: "Run",
  sweep: "Sweep",
  snapshot: "Snapshot",
  export: "Export",
  round: "Round",
  standingrewardmodel: "Standing reward model",
};
const KINDS = choicesOf(SUBJECT_WORDS);

/** Where each of a kind has a page of its own. */
const PLACES: Record<string, string> = {
  candidacy: "/candidates/",
  project: "/projects/",
  prompt: "/prompts/",
  screening: "/screenings/",
  modelversion: "/models/",
  run: "/runs/",
  sweep: "/sweeps/",
  snapshot: "/data/",
  round: "/rounds/",
};

function Subject({ subject_kind: kind, subject_id: id }: AuditEntry) {
  const place = PLACES[kind];
  return (
    <>
      {SUBJECT_WORDS[kind] ?? labelOf(kind)}{" "}
      <span className={classes.subject}>{place ? <Link to={`${place}${id}`}>{id}</Link> : id}</span>
    </>
  );
}

interface Filters {
  subject_kind?: string;
  subject_id?: string;
}

function auditQuery(filters: Filters) {
  return listQuery<AuditEntry>(["audit", filters], (cursor, signal) =>
    bodyOf(api.GET("/api/audit/", { params: { query: { ...filters, cursor } }, signal })),
  );
}

/** `prompt.labelers_asked`, as some are stored, is "Labelers asked": of what stands beside it. */
function deedOf(action: string): string {
  return labelOf(action.slice(action.indexOf(".") + 1));
}

const COLUMNS: Column<AuditEntry>[] = [
  { key: "at", header: "When", isOneLine: true, cell: ({ created_at: at }) => formatDateTime(at) },
  { key: "actor", header: "Who", isRowHeader: true, cell: ({ actor_name: name }) => name },
  { key: "action", header: "Did what", cell: ({ action }) => deedOf(action) },
  {
    key: "subject",
    header: "To what",
    cell: (entry) => <Subject {...entry} />,
  },
  {
    key: "details",
    header: "Details",
    cell: (entry) => (
      <ul className={classes.details}>
        {detailsOf(entry).map(({ name, words }) => (
          <li key={name}>
            {name}: <span dir="auto">{words}</span>
          </li>
        ))}
      </ul>
    ),
  },
];

/** Who decided what about whom. Nothing here can be changed or removed. */
export function AuditPage() {
  const [{ kind, id }, setFilter] = useAddressFilters(["kind", "id"]);
  const entries = useInfiniteQuery(
    auditQuery({ subject_kind: kind || undefined, subject_id: id || undefined }),
  );
  return (
    <>
      <PageHeader title="Audit">
        Who decided what about whom, the newest first. Entries are kept for good.
      </PageHeader>
      <Toolbar label="Filter the entries">
        <FilterSelect
          label="About"
          all="Everything"
          choices={KINDS}
          value={kind}
          onChange={(value) => setFilter("kind", value)}
        />
        <SearchFilter
          label="Number"
          placeholder="Number or id"
          value={id}
          onChange={(value) => setFilter("id", value)}
        />
      </Toolbar>
      <Loaded query={entries} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyNote title="No entry fits these filters">Choose another kind, or no number.</EmptyNote>
          ) : (
            <>
              <DataTable caption="Audit" columns={COLUMNS} rows={rows} rowKey={({ id: row }) => row} />
              <MoreButton list={entries} />
            </>
          )
        }
      </Loaded>
    </>
  );
}
