import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { snapshotsQuery } from "@/api/snapshots";
import type { Snapshot, SnapshotDifference } from "@/api/training-types";
import { DataTable } from "@/components/data-table";
import type { Column } from "@/components/data-table";
import { Facts } from "@/components/facts";
import { FilterSelect } from "@/components/filter-select";
import { formatCount, shortHash } from "@/components/formats";
import { Loaded } from "@/components/loaded";
import { Section } from "@/components/section";
import { TableSkeleton } from "@/components/table-skeleton";
import { Toolbar } from "@/components/toolbar";
import { useAddressFilters } from "@/components/use-address-filters";

import { CountLink } from "./count-link";
import { countName } from "./freeze-form";
import { differenceInWords } from "./query-words";
import classes from "./snapshot-difference.module.css";
import { differenceQuery } from "./snapshot-queries";
import { rowsAddress } from "./snapshot-rows";

type Count = SnapshotDifference["counts"][number];

function signed(change: number): string {
  if (change === 0) return "0";
  return change > 0 ? `+${formatCount(change)}` : `−${formatCount(-change)}`;
}

function columnsOf(here: Snapshot, there: Snapshot): Column<Count>[] {
  const linked = (snapshot: Snapshot, { name }: Count, count: number, place: string) => (
    <CountLink snapshot={snapshot} count={count} of={name} label={`${countName(name)}, ${place}`} />
  );
  return [
    { key: "name", header: "Count", isRowHeader: true, cell: ({ name }) => countName(name) },
    { key: "first", header: "Here", align: "end", cell: (count) => linked(here, count, count.first, "here") },
    { key: "second", header: "There", align: "end", cell: (count) => linked(there, count, count.second, "there") },
    {
      key: "change",
      header: "More here",
      align: "end",
      cell: ({ first, second }) => signed(first - second),
    },
  ];
}

function capitalized(noun: string): string {
  return noun.charAt(0).toUpperCase() + noun.slice(1);
}

/** How many rows, which lead to them; none leads nowhere. */
function RowsLink({ count, label, to }: { count: number; label: string; to: string }) {
  if (count === 0) return "0";
  return (
    <Link to={to} aria-label={`${label}: ${formatCount(count)}`}>
      {formatCount(count)}
    </Link>
  );
}

function Found({ snapshot, found, other }: { snapshot: Snapshot; found: SnapshotDifference; other: Snapshot }) {
  const { noun, queries_differ_in: differing } = found;
  const rows = (label: string, count: number, to: string) => ({
    name: label,
    value: <RowsLink count={count} label={label} to={to} />,
  });
  const here = (where: Record<string, string>) => rowsAddress(snapshot.id, { of: noun, where }, { beside: other.id });
  const there = rowsAddress(other.id, { of: noun, where: { not_in: snapshot.id } }, { beside: snapshot.id });
  return (
    <>
      <div className={classes.beside}>
        <Facts
          facts={[
            { name: "There", value: <Link to={`/data/${other.id}`}>{other.name}</Link>, isWide: true },
            rows(`${capitalized(noun)} in both`, found.num_shared, here({ also_in: other.id })),
            rows("Only here", found.num_only_first, here({ not_in: other.id })),
            rows("Only there", found.num_only_second, there),
            { name: "Asked for differently", value: differenceInWords(differing) },
          ]}
        />
      </div>
      <DataTable
        caption={`Counts beside ${other.name}`}
        columns={columnsOf(snapshot, other)}
        rows={found.counts}
        rowKey={({ name }) => name}
      />
    </>
  );
}

/** What went into this snapshot and not into another of its kind; the other is in the address. */
export function SnapshotDifferenceSection({ snapshot }: { snapshot: Snapshot }) {
  const [{ beside }, setFilter] = useAddressFilters(["beside"]);
  const all = useQuery(snapshotsQuery);
  const others = (all.data ?? []).filter(({ id, kind }) => kind === snapshot.kind && id !== snapshot.id);
  const other = others.find(({ id }) => id === beside);
  const found = useQuery(differenceQuery(snapshot.id, other?.id ?? ""));
  if (snapshot.kind === "pretrain" || others.length === 0) return null;
  return (
    <Section title="Beside another snapshot" note="Which rows both were made of, and what each has alone.">
      <Toolbar label="Choose another snapshot">
        <FilterSelect
          label="Compare with"
          all="Nothing"
          choices={others.map(({ id, name, sha256 }) => ({ value: id, label: `${name} (${shortHash(sha256)})` }))}
          value={other?.id ?? ""}
          onChange={(value) => setFilter("beside", value)}
          isWide
        />
      </Toolbar>
      {other && (
        <Loaded query={found} skeleton={<TableSkeleton numRows={3} />}>
          {(difference) => <Found snapshot={snapshot} found={difference} other={other} />}
        </Loaded>
      )}
    </Section>
  );
}
