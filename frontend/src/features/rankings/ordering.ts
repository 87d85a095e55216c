/**
 * The order of completions, as pure functions.
 *
 * Tiers are the ladder: best first, the completions of one tier are tied, no tier is empty.
 * A tier or gap index always refers to the ladder as it is before the move.
 */
export type Handle = string;
export type Tiers = readonly (readonly Handle[])[];
export type Ratings = Readonly<Record<Handle, number | null>>;
export type Ranks = Readonly<Record<Handle, number | null>>;

/** Two completions whose order says one thing and whose ratings say another. */
export interface Contradiction {
  above: Handle;
  below: Handle;
}

function withoutEmpty(tiers: Tiers): Tiers {
  return tiers.filter((tier) => tier.length > 0);
}

/** Takes a completion off the ladder. */
export function remove(tiers: Tiers, handle: Handle): Tiers {
  return withoutEmpty(tiers.map((tier) => tier.filter((other) => other !== handle)));
}

export function tierOf(tiers: Tiers, handle: Handle): number {
  return tiers.findIndex((tier) => tier.includes(handle));
}

export function placedHandles(tiers: Tiers): Handle[] {
  return tiers.flat();
}

/** Dense ranks: 1 for the best tier, equal within a tier, no number left out. */
export function ranksOf(tiers: Tiers): Record<Handle, number> {
  return Object.fromEntries(
    tiers.flatMap((tier, index) => tier.map((handle) => [handle, index + 1] as const)),
  );
}

/** The ladder that these ranks describe; completions without a rank are not on it. */
export function tiersOf(ranks: Ranks, order: readonly Handle[]): Tiers {
  const byRank = new Map<number, Handle[]>();
  for (const handle of order) {
    const rank = ranks[handle];
    if (rank != null) byRank.set(rank, [...(byRank.get(rank) ?? []), handle]);
  }
  return [...byRank.entries()].sort(([a], [b]) => a - b).map(([, tier]) => tier);
}

/** The draft ladder: one tier per rating given, the highest rating on top. */
export function seedFromRatings(ratings: Ratings, order: readonly Handle[]): Tiers {
  const negated = Object.entries(ratings).map(
    ([handle, rating]) => [handle, rating == null ? null : -rating] as const,
  );
  return tiersOf(Object.fromEntries(negated), order);
}

/** Joins the tier at this index; an index past the end makes a new tier at the bottom. */
export function place(tiers: Tiers, handle: Handle, index: number): Tiers {
  if (index >= tiers.length) return [...remove(tiers, handle), [handle]];
  return withoutEmpty(
    tiers.map((tier, position) => {
      const others = tier.filter((other) => other !== handle);
      return position === index ? [...others, handle] : others;
    }),
  );
}

/** Makes a tier of its own in the gap before the tier at this index. */
export function placeInGap(tiers: Tiers, handle: Handle, gap: number): Tiers {
  const thinned = tiers.map((tier) => tier.filter((other) => other !== handle));
  return withoutEmpty([...thinned.slice(0, gap), [handle], ...thinned.slice(gap)]);
}

/** One tier up or down, joining who is there; off the ladder it enters at the bottom. */
export function moveTier(tiers: Tiers, handle: Handle, direction: -1 | 1): Tiers {
  const from = tierOf(tiers, handle);
  if (from < 0) return place(tiers, handle, tiers.length);
  const to = from + direction;
  return to < 0 || to >= tiers.length ? tiers : place(tiers, handle, to);
}

/**
 * Into a tier of its own: out of a tie, or past the neighbouring tier when alone already.
 */
export function moveToOwnTier(tiers: Tiers, handle: Handle, direction: -1 | 1): Tiers {
  const from = tierOf(tiers, handle);
  if (from < 0) return placeInGap(tiers, handle, direction < 0 ? 0 : tiers.length);
  const isAlone = tiers[from]?.length === 1;
  const above = isAlone ? from - 1 : from;
  const below = isAlone ? from + 2 : from + 1;
  const gap = direction < 0 ? above : below;
  return gap < 0 || gap > tiers.length ? tiers : placeInGap(tiers, handle, gap);
}

/** Ties a completion with the tier above it; on top there is nothing to tie with. */
export function tieWithAbove(tiers: Tiers, handle: Handle): Tiers {
  return moveTier(tiers, handle, -1);
}

/** Every completion equal: one tier. */
export function tieAll(order: readonly Handle[]): Tiers {
  return order.length > 0 ? [[...order]] : [];
}

export function isSameOrder(left: Tiers, right: Tiers): boolean {
  const leftRanks = ranksOf(left);
  const rightRanks = ranksOf(right);
  const handles = Object.keys(leftRanks);
  return (
    handles.length === Object.keys(rightRanks).length &&
    handles.every((handle) => leftRanks[handle] === rightRanks[handle])
  );
}

/** Pairs that stand in one order and are rated in the other; a tie contradicts nothing. */
export function contradictions(tiers: Tiers, ratings: Ratings): Contradiction[] {
  return tiers.flatMap((tier, index) =>
    tier.flatMap((above) =>
      tiers
        .slice(index + 1)
        .flat()
        .filter((below) => {
          const upper = ratings[above];
          const lower = ratings[below];
          return upper != null && lower != null && upper < lower;
        })
        .map((below) => ({ above, below })),
    ),
  );
}

/** The better one directly above the other; where it stands above already, nothing changes. */
export function preferTo(tiers: Tiers, better: Handle, worse: Handle): Tiers {
  const below = tierOf(tiers, worse);
  const above = tierOf(tiers, better);
  if (below < 0) {
    const placed = above < 0 ? place(tiers, better, tiers.length) : tiers;
    return placeInGap(placed, worse, tierOf(placed, better) + 1);
  }
  return above >= 0 && above < below ? tiers : placeInGap(tiers, better, below);
}

/** The two in one tier: the second joins the first where it stands. */
export function tieWith(tiers: Tiers, first: Handle, second: Handle): Tiers {
  const placed = tierOf(tiers, first) < 0 ? place(tiers, first, tiers.length) : tiers;
  const tier = tierOf(placed, first);
  return placed[tier]?.includes(second) ? tiers : place(placed, second, tier);
}

/** Takes a completion out of its tie, into a tier of its own directly below the others. */
export function splitOff(tiers: Tiers, handle: Handle): Tiers {
  const tier = tierOf(tiers, handle);
  if (tier < 0 || tiers[tier]?.length === 1) return tiers;
  return placeInGap(tiers, handle, tier + 1);
}

/** Where a completion stands, to be put into words. */
export interface Place {
  /** Counted from 1; null while it is not placed. */
  tier: number | null;
  numTiers: number;
  tiedWith: readonly Handle[];
}

export function placeOf(tiers: Tiers, handle: Handle): Place {
  const index = tierOf(tiers, handle);
  const tiedWith = (tiers[index] ?? []).filter((other) => other !== handle);
  return { tier: index < 0 ? null : index + 1, numTiers: tiers.length, tiedWith };
}
