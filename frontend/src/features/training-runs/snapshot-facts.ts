import type { Snapshot } from "@/api/training-types";
import { countOf, formatAgo, formatCount, shortHash } from "@/components/formats";

/** What there is to know about frozen data before training on it. */
export function snapshotFacts(snapshot: Snapshot): string {
  const { pairs, labelers, train, validation } = snapshot.counts;
  const split =
    train === undefined || validation === undefined
      ? ""
      : ` (${formatCount(train)} to train on, ${formatCount(validation)} held out)`;
  const parts = [
    `${countOf(snapshot.num_records, "record")}${split}`,
    // Ties make no pair.
    pairs === undefined ? null : `${countOf(pairs, "pair")} without ties`,
    labelers === undefined ? null : countOf(labelers, "labeler"),
    `frozen ${formatAgo(snapshot.created_at)}`,
    shortHash(snapshot.sha256),
  ];
  return parts.filter((part) => part !== null).join(", ");
}

/** The newest snapshot of the same kind that is older. */
export function snapshotBefore(snapshot: Snapshot, snapshots: Snapshot[]): Snapshot | undefined {
  return snapshots
    .filter(({ kind, created_at: at }) => kind === snapshot.kind && at < snapshot.created_at)
    .sort((a, b) => b.created_at.localeCompare(a.created_at))[0];
}

const COMPARED = ["pairs", "labelers", "train", "validation"] as const;
const WORDS: Record<(typeof COMPARED)[number], string> = {
  pairs: "pairs",
  labelers: "labelers",
  train: "to train on",
  validation: "held out",
};

function signed(change: number): string {
  return `${change > 0 ? "+" : "−"}${formatCount(Math.abs(change))}`;
}

/** `Since Week 11: +120 records, +2,000 pairs`; nothing where there is nothing to compare with. */
export function snapshotChange(snapshot: Snapshot, snapshots: Snapshot[]): string | null {
  const before = snapshotBefore(snapshot, snapshots);
  if (!before) return null;
  if (before.sha256 === snapshot.sha256) return `The same records as ${before.name}.`;
  const changes = [
    { words: "records", change: snapshot.num_records - before.num_records },
    ...COMPARED.map((name) => ({
      words: WORDS[name],
      change: (snapshot.counts[name] ?? 0) - (before.counts[name] ?? 0),
    })),
  ].filter(({ change }) => change !== 0);
  if (changes.length === 0) return `As many records as ${before.name}, and other ones.`;
  return `Since ${before.name}: ${changes.map(({ words, change }) => `${signed(change)} ${words}`).join(", ")}.`;
}
