"""How many of a prompt's completions each of several sources gives, by weight (R85)."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from math import floor


def allot(weights: Sequence[float], count: int, offset: Fraction) -> list[int]:
    """How many of ``count`` things each source gives; they add up to ``count``.

    A source of weight w out of all W gives count * w / W, rounded down or up; which one is decided
    by ``offset`` in [0, 1), and over uniform offsets the mean is exactly count * w / W. A source
    without weight gives nothing. Fractions keep that exact: in floating point the shares of a
    prompt may add up to a little less than one.

    Raises: ValueError for a negative weight, or when none is above zero.
    Source: systematic sampling (Madow 1949).
    """
    if min(weights, default=0) < 0 or not sum(weights):
        raise ValueError("weights must not be negative, and one of them must be above zero")
    total = sum(map(Fraction, weights))
    reached = accumulate((count * Fraction(weight) / total for weight in weights), initial=offset)
    return [floor(after) - floor(before) for before, after in pairwise(reached)]
