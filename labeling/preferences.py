"""Ranks in, preference pairs out: the one place where an order becomes comparisons (R28, R29).

Ranks are given per completion, 1 is best, equal ranks are a tie, and None stands for a completion
that this labeler did not judge.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from typing import overload

import numpy as np
from numpy.typing import NDArray


@overload
def dense_ranks(ranks: Sequence[int]) -> Sequence[int]: ...
@overload
def dense_ranks(ranks: Sequence[int | None]) -> Sequence[int | None]: ...
def dense_ranks(ranks: Sequence[int | None]) -> Sequence[int | None]:
    """The same order with ranks 1, 2, 3, ... and no gaps: [1, 3, 3] becomes [1, 2, 2]."""
    distinct = sorted({rank for rank in ranks if rank is not None})
    tier_of = {rank: tier for tier, rank in enumerate(distinct, start=1)}
    return [None if rank is None else tier_of[rank] for rank in ranks]


def pair_signs(ranks: Sequence[int | None]) -> Iterator[tuple[int, int, int]]:
    """Every judged pair of positions i < j with +1 (i preferred), -1 (j preferred) or 0 (a tie)."""
    return iter(_pair_signs(tuple(ranks)))


def preference_pairs(ranks: Sequence[int | None]) -> list[tuple[int, int]]:
    """(preferred, other) positions: all C(K,2) of the judged completions, less the tied ones."""
    return list(_preference_pairs(tuple(ranks)))


def pair_counts(ranks: Sequence[int | None]) -> tuple[int, int]:
    """How many of the judged pairs make a comparison, and how many are a tie."""
    known = tuple(ranks)
    num_strict = len(_preference_pairs(known))
    return num_strict, len(_pair_signs(known)) - num_strict


# There are 4,683 ways to rank six completions and millions of rankings: most were seen before.
@lru_cache(maxsize=1 << 15)
def _pair_signs(ranks: tuple[int | None, ...]) -> tuple[tuple[int, int, int], ...]:
    judged = [(position, rank) for position, rank in enumerate(ranks) if rank is not None]
    return tuple(
        (first, second, (second_rank > first_rank) - (second_rank < first_rank))
        for (first, first_rank), (second, second_rank) in combinations(judged, 2)
    )


@lru_cache(maxsize=1 << 15)
def _preference_pairs(ranks: tuple[int | None, ...]) -> tuple[tuple[int, int], ...]:
    return tuple(
        (first, second) if sign > 0 else (second, first)
        for first, second, sign in _pair_signs(ranks)
        if sign
    )


def pair_sign_columns(
    rank_rows: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """``pair_signs`` of many rankings of the same length at once, none of them with a gap.

    Shapes: rank_rows, rankings x K; the answer is first position and second position, one entry
    per pair, and the signs, rankings x pairs.
    """
    first, second = np.triu_indices(rank_rows.shape[1], k=1)
    return first, second, np.sign(rank_rows[:, second] - rank_rows[:, first])
