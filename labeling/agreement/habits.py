"""How labelers work, in facts: ties, contradictions, what position and length have to do with it.

Facts only: there is no score, and whether a habit is a fault is for a person to judge (R19). Each
is a quotient of two sums over rankings; ``agreement.facts`` makes it one, with its interval.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from labeling.agreement.judgments import BoolArray, FloatArray, IntArray
from labeling.preferences import pair_sign_columns

NORMAL_95: Final = 1.959964


@dataclass(frozen=True, eq=False)
class Sums:
    """One entry per draw: ``part`` of ``whole``; a draw whose whole is zero says nothing."""

    part: FloatArray
    whole: FloatArray

    def of(self, chosen: BoolArray) -> "Sums":
        return Sums(self.part[chosen], self.whole[chosen])


@dataclass(frozen=True, eq=False)
class JudgedItems:
    """Rankings of one K as rows: what was said about each completion, in the order shown.

    ``rating`` is NaN where none was asked for. Shapes: rows x K.
    """

    rank: IntArray
    rating: FloatArray
    length: IntArray


def ties(items: JudgedItems) -> Sums:
    """Of each ranking, the pairs that were tied, of all its pairs."""
    _, _, sign = pair_sign_columns(items.rank)
    return Sums((sign == 0).sum(axis=1).astype(float), np.full(len(sign), float(sign.shape[1])))


def contradictions(items: JudgedItems) -> Sums:
    """The pairs whose ratings and ranks point opposite ways, of those that differ in both."""
    first, second, sign = pair_sign_columns(items.rank)
    # A better rating is a higher number, a better rank a lower one.
    difference = items.rating[:, first] - items.rating[:, second]
    differs = (sign != 0) & ~np.isnan(difference) & (difference != 0)
    opposite = differs & (np.sign(difference) != sign)
    return Sums(opposite.sum(axis=1).astype(float), differs.sum(axis=1).astype(float))


def first_is_best(items: JudgedItems) -> Sums:
    """Whether the completion shown first was the single best one; no draw where several were."""
    is_best = items.rank == 1
    single = is_best.sum(axis=1) == 1
    return Sums((is_best[:, 0] & single).astype(float), single.astype(float))


def length_correlations(items: JudgedItems) -> Sums:
    """Spearman's correlation of being ranked better with being longer; no draw without variance."""
    better, longer = average_ranks(-items.rank), average_ranks(items.length)
    better -= better.mean(axis=1, keepdims=True)
    longer -= longer.mean(axis=1, keepdims=True)
    spread = np.sqrt((better**2).sum(axis=1) * (longer**2).sum(axis=1))
    varies = spread > 0
    product = (better * longer).sum(axis=1)
    return Sums(
        np.where(varies, product / np.where(varies, spread, 1.0), 0.0), varies.astype(float)
    )


def same_order(now: IntArray, before: IntArray) -> tuple[float, float]:
    """The pairs that two rankings of the same completions order alike, of those both order."""
    _, _, signs = pair_sign_columns(np.stack([now, before]))
    strict = (signs != 0).all(axis=0)
    return float((strict & (signs[0] == signs[1])).sum()), float(strict.sum())


def two_sided(num_successes: int, k: IntArray) -> float:
    """How likely chance gives a number of successes no likelier than this one."""
    chances = np.ones(1)
    for size, num_draws in zip(*np.unique(k, return_counts=True), strict=True):
        chances = np.convolve(chances, _binomial(int(num_draws), 1 / float(size)))
    as_unlikely = chances <= chances[num_successes] * (1 + 1e-7)
    return min(1.0, float(chances[as_unlikely].sum()))


def _binomial(num_draws: int, chance: float) -> FloatArray:
    """The chance of 0, 1, ... successes, through logarithms so that nothing overflows."""
    successes = np.arange(num_draws + 1)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, num_draws + 1)))])
    log_chances = (
        log_factorial[num_draws]
        - log_factorial[successes]
        - log_factorial[num_draws - successes]
        + successes * np.log(chance)
        + (num_draws - successes) * np.log1p(-chance)
    )
    chances: FloatArray = np.exp(log_chances)
    return chances


def average_ranks(values: IntArray) -> FloatArray:
    """Within each row, how many are smaller plus half of those that are equal."""
    smaller = (values[:, None, :] < values[:, :, None]).sum(axis=2)
    equal = (values[:, None, :] == values[:, :, None]).sum(axis=2)
    ranks: FloatArray = smaller + (equal + 1) / 2
    return ranks
