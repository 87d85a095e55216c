import { Link } from "react-router";

import type { Snapshot } from "@/api/training-types";
import { formatCount } from "@/components/formats";

import { rowsOfCount } from "./count-rows";
import { rowsAddress } from "./snapshot-rows";

/** A count of a snapshot, which leads to the rows that it counts where a list has them. */
export function CountLink({ snapshot, of, count, label }: {
  snapshot: Snapshot;
  /** The count's name among the snapshot's. */
  of: string;
  count: number;
  label: string;
}) {
  const behind = rowsOfCount(snapshot.kind, of);
  if (behind === null || count === 0) return formatCount(count);
  return (
    <Link to={rowsAddress(snapshot.id, behind)} aria-label={`${label}: ${formatCount(count)}`}>
      {formatCount(count)}
    </Link>
  );
}
