"""How labelers work, in facts: ties, contradictions, what position and length have to do with it.

Facts only: there is no score, and whether a habit is a fault is for a person to judge (R19). Each
fact is a quotient of two sums over rankings, so that the pairs of one ranking, which hang together,
count as one draw in its interval.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from labeling.agreement.judgments import BoolArray, FloatArray, IntArray
from labeling.preferences import pair_sign_columns

# Fewer rankings than this, or whatever else a fact is counted over, make no fact.
MINIMUM_COUNTED: Final = 10
NORMAL_95: Final = 1.959964
INTERVAL_METHOD: Final = (
    "95 % normal interval of a quotient of sums, linearised, each ranking being one draw; for a "
    "median, the order statistics that hold it in 95 % of samples."
)


@dataclass(frozen=True)
class Fact:
    """A value with its interval and size, or the reason why there is none; never NaN.

    ``expected`` is what no habit at all would give and ``p_value`` how often chance alone goes as
    far from it.
    """

    value: float | None
    num_counted: int
    reason_undefined: str | None = None
    low: float | None = None
    high: float | None = None
    expected: float | None = None
    p_value: float | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason_undefined is None):
            raise ValueError("a fact has a value or the reason why it has none")


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


def quotient(sums: Sums, *, counted: str, limits: tuple[float, float] = (0.0, 1.0)) -> Fact:
    """Sum of the parts over the sum of the wholes, over the draws that say anything."""
    says = sums.whole > 0
    part, whole = sums.part[says], sums.whole[says]
    num_draws = len(whole)
    if num_draws < MINIMUM_COUNTED:
        return too_few(num_draws, counted)
    total = whole.sum()
    value = float(part.sum() / total)
    residual = part - value * whole
    variance = num_draws / (num_draws - 1) * float((residual**2).sum()) / float(total) ** 2
    low = high = None
    # All draws alike: the linearised interval would have no width, which is not certainty.
    if variance > 0:
        reach = NORMAL_95 * float(np.sqrt(variance))
        low, high = max(limits[0], value - reach), min(limits[1], value + reach)
    return Fact(value, num_draws, low=low, high=high)


def as_likely_as(fact: Fact, *, expected: float) -> Fact:
    """The fact with the chance, by a z-test, of lying as far from what is expected."""
    if fact.value is None or fact.low is None or fact.high is None:
        return replace(fact, expected=expected if fact.value is not None else None)
    # The interval may have been cut at a limit on one side; the other side has its full width.
    reach = max(fact.high - fact.value, fact.value - fact.low)
    standard_error = reach / NORMAL_95
    p_value = math.erfc(abs(fact.value - expected) / standard_error / math.sqrt(2))
    return replace(fact, expected=expected, p_value=p_value)


def median(values: FloatArray, *, counted: str) -> Fact:
    """The middle of the values with the order statistics around it."""
    known = np.sort(values[~np.isnan(values)])
    num_known = len(known)
    if num_known < MINIMUM_COUNTED:
        return too_few(num_known, counted)
    reach = NORMAL_95 * np.sqrt(num_known) / 2
    first = max(0, int(np.floor(num_known / 2 - reach)))
    last = min(num_known - 1, int(np.ceil(num_known / 2 + reach)))
    return Fact(
        float(np.median(known)), num_known, low=float(known[first]), high=float(known[last])
    )


def too_few(num_counted: int, counted: str) -> Fact:
    reason = (
        f"{counted.capitalize()} so far: {num_counted}. At least {MINIMUM_COUNTED} are needed, "
        f"{MINIMUM_COUNTED - num_counted} more than that."
    )
    return Fact(None, num_counted, reason_undefined=reason)


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


def position_preference(sums: Sums, k: IntArray) -> Fact:
    """How often the completion shown first was ranked best, against one in K.

    ``k`` says how many completions each draw had. The test is exact: the number of successes of
    draws that each succeed with one in their K.
    """
    fact = quotient(sums, counted="rankings with one best completion")
    if fact.value is None:
        return fact
    counts = k[sums.whole > 0]
    return Fact(
        fact.value,
        fact.num_counted,
        low=fact.low,
        high=fact.high,
        expected=float((1 / counts).mean()),
        p_value=two_sided(int(sums.part.sum()), counts),
    )


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
