import type { RankingRecord } from "@/api/research-types";
import { ToneBadge } from "@/components/tone-badge";

/** Whether a ranking may still be taken back, and whether it counts towards its task. */
export function RankingState({
  ranking,
}: {
  ranking: Pick<RankingRecord, "is_sealed" | "is_surplus"> & { superseded_at?: string | null };
}) {
  if (ranking.superseded_at) return <ToneBadge tone="neutral" icon="back" label="Taken back" />;
  if (ranking.is_surplus) return <ToneBadge tone="caution" icon="caution" label="Surplus" />;
  return ranking.is_sealed ? (
    <ToneBadge tone="good" icon="lock" label="Sealed" />
  ) : (
    <ToneBadge tone="neutral" icon="waiting" label="Can be taken back" />
  );
}
