import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { isAtLeast, useSignedInUser } from "@/api/session";
import { snapshotsQuery } from "@/api/snapshots";
import type { Snapshot, SnapshotKind } from "@/api/training-types";
import { choicesOf, SNAPSHOT_KIND_WORDS } from "@/api/words";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { EmptyNote } from "@/components/empty-note";
import { FilterSelect } from "@/components/filter-select";
import { countOf, formatBytes, formatCount } from "@/components/formats";
import { Hash } from "@/components/hash";
import { LinkButton } from "@/components/link-button";
import { Loaded } from "@/components/loaded";
import { Moment } from "@/components/moment";
import { PageHeader } from "@/components/page-header";
import { TableSkeleton } from "@/components/table-skeleton";
import { Toolbar } from "@/components/toolbar";
import { useAddressFilters } from "@/components/use-address-filters";

import { FreezingsSection } from "./freezings-section";

const KINDS = choicesOf(SNAPSHOT_KIND_WORDS);

/** The one line that says what is inside. */
function contentOf({ kind, counts, num_records: numRecords }: Snapshot): string {
  const { rankings = 0, pairs = 0, labelers = 0, demonstrations = numRecords } = counts;
  const lines: Record<SnapshotKind, string> = {
    rm: `${countOf(rankings, "ranking")}, ${countOf(pairs, "pair")}, ${countOf(labelers, "labeler")}`,
    sft: `${countOf(demonstrations, "demonstration")}, ${countOf(labelers, "labeler")}`,
    ppo: countOf(numRecords, "prompt"),
    pretrain: countOf(numRecords, "document"),
    eval: countOf(numRecords, "prompt"),
    completions: `${countOf(counts.completions ?? 0, "completion")} of ${countOf(numRecords, "prompt")}`,
  };
  return lines[kind];
}

const COLUMNS: Column<Snapshot>[] = [
  {
    key: "name",
    header: "Snapshot",
    isRowHeader: true,
    cell: ({ id, name }) => <Link to={`/data/${id}`}>{name}</Link>,
  },
  { key: "kind", header: "Kind", cell: ({ kind }) => SNAPSHOT_KIND_WORDS[kind] },
  { key: "content", header: "Content", cell: contentOf },
  {
    key: "records",
    header: "Records",
    align: "end",
    cell: ({ num_records: count }) => formatCount(count),
  },
  { key: "size", header: "Size", align: "end", isOneLine: true, cell: ({ bytes }) => formatBytes(bytes) },
  { key: "hash", header: "Hash", cell: ({ sha256 }) => <Hash value={sha256} /> },
  { key: "by", header: "Frozen by", cell: ({ created_by: by }) => by.display_name },
  { key: "at", header: "Frozen", cell: ({ created_at: at }) => <Moment at={at} /> },
];

/** Frozen data: what models were and can be trained on. */
export function SnapshotsPage() {
  const [{ kind }, setFilter] = useAddressFilters(["kind"]);
  const snapshots = useQuery(snapshotsQuery);
  const canFreeze = isAtLeast(useSignedInUser().role, "admin");

  return (
    <>
      <PageHeader
        title="Data"
        actions={
          <>
            <LinkButton to="/prompts/personal-data" isQuiet>
              Personal data
            </LinkButton>
            <LinkButton to="/data/import" isQuiet>
              Import judgments
            </LinkButton>
            <LinkButton to="/data/costs" isQuiet>
              Cost
            </LinkButton>
            {canFreeze && <LinkButton to="/data/new">Freeze data</LinkButton>}
          </>
        }
      >
        A snapshot is frozen data. It never changes, and the same content has the same hash.
      </PageHeader>
      <FreezingsSection />
      <Toolbar label="Filter the snapshots">
        <FilterSelect
          label="Kind"
          all="All kinds"
          choices={KINDS}
          value={kind}
          onChange={(value) => setFilter("kind", value)}
        />
      </Toolbar>
      <Loaded query={snapshots} skeleton={<TableSkeleton />}>
        {(rows) => {
          const shown = rows.filter((row) => kind === "" || row.kind === kind);
          if (shown.length > 0) {
            return (
              <DataTable caption="Snapshots" columns={COLUMNS} rows={shown} rowKey={({ id }) => id} />
            );
          }
          return (
            <EmptyNote
              title={kind === "" ? "Nothing is frozen yet" : "No snapshot of this kind yet"}
              actions={
                canFreeze && (
                  <LinkButton to={kind === "" ? "/data/new" : `/data/new?kind=${kind}`}>
                    Freeze data
                  </LinkButton>
                )
              }
            >
              Runs read snapshots only, so that what a model learned from can always be named.
            </EmptyNote>
          );
        }}
      </Loaded>
    </>
  );
}
