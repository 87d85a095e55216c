"""How alike rankings of one list are: Kendall's tau-b of two, W of several, ties allowed; and the
share of same answers about its pairs.

A tie in both rankings says nothing about order, so neither coefficient exists where a ranking ties
everything; the answer is then None, never NaN (a whole study must not fall with one such answer).
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from math import comb, isclose
from typing import Final

import numpy as np

from labeling.agreement.habits import average_ranks
from labeling.agreement.intervals import CONFIDENCE_PERCENT, Figure
from labeling.agreement.judgments import FloatArray, IntArray
from labeling.agreement.statistics import TERNARY
from labeling.preferences import pair_sign_columns

# The interval of three is most often the whole scale and of four two thirds of it: it says nothing.
MINIMUM_LABELERS: Final = 5
TOO_FEW_LABELERS: Final = f"Too few labelers for a useful interval: {MINIMUM_LABELERS} are needed."
UNDEFINED_W: Final = "No two labelers have ranked all of these completions, or all tied everything."
UNDEFINED_TAU: Final = "No two labelers have ranked all of these completions with an order in both."
NO_SCATTER: Final = "Without any one of the labelers it is the same, so there is no scatter."
INTERVAL_METHOD: Final = (
    f"{CONFIDENCE_PERCENT}% interval of the jackknife over labelers: each is left out once, how "
    "far that moves the figure is its scatter, and Student's t with one degree of freedom fewer "
    "than there are labelers is the reach. Cut at the ends of the scale. One prompt has no other "
    f"prompts to draw. Fewer than {MINIMUM_LABELERS} labelers have none: of three it would most "
    "often reach over the whole scale. Whoever tied everything is not in tau-b."
)


def kendall_tau_b(ranks: IntArray, other_ranks: IntArray) -> float | None:
    """Concordant less discordant pairs, over the pairs that either ranking orders; -1 to 1.

    Shapes: both K, a rank per completion, in the same order of completions.
    Source: Kendall 1945. None where either ranking ties everything.
    """
    _, _, signs = pair_sign_columns(np.stack([ranks, other_ranks]))
    ordered = np.abs(signs).sum(axis=1)
    if not ordered.all():
        return None
    return float((signs[0] * signs[1]).sum() / np.sqrt(float(ordered[0]) * float(ordered[1])))


def kendall_w(ranks: IntArray) -> float | None:
    """How far several rankings of one list go together: 1 is one order, 0 none; ties corrected.

    Shapes: labelers x K. None for a single ranking, or where every ranking ties everything.
    Source: Kendall and Babington Smith 1939; the correction for ties as in Friedman's test.
    """
    num_labelers, num_items = ranks.shape
    if num_labelers < 2:
        return None
    average = average_ranks(ranks)
    spread = ((average.sum(axis=0) - num_labelers * (num_items + 1) / 2) ** 2).sum()
    ties = sum(_tie_correction(row) for row in ranks)
    possible = num_labelers**2 * (num_items**3 - num_items) - num_labelers * ties
    return float(12 * spread / possible) if possible else None


def mean_tau_b(ranks: IntArray) -> float | None:
    """The mean of tau-b over every two of the labelers for whom it exists. Shapes: labelers x K."""
    taus = [kendall_tau_b(one, other) for one, other in combinations(ranks, 2)]
    known = [tau for tau in taus if tau is not None]
    return sum(known) / len(known) if known else None


def concordance_w(ranks: IntArray) -> Figure:
    """W with its interval over labelers; the n is the labelers. Shapes: labelers x K."""
    return _jackknifed(
        ranks, kendall_w, n=len(ranks), limits=(0.0, 1.0), when_undefined=UNDEFINED_W
    )


def concordance_tau(ranks: IntArray) -> Figure:
    """The mean tau-b likewise, of the labelers who order anything; the n is every two of them.

    Whoever tied everything has no tau-b with anybody. Shapes: labelers x K.
    """
    ordering = ranks[(ranks != ranks[:, :1]).any(axis=1)]
    num_couples = comb(len(ordering), 2)
    return _jackknifed(
        ordering, mean_tau_b, n=num_couples, limits=(-1.0, 1.0), when_undefined=UNDEFINED_TAU
    )


def concordance_share(couple: IntArray, half_points: FloatArray, comparisons: FloatArray) -> Figure:
    """The share of same answers with its interval over labelers; the n is the comparisons.

    A tie against a preference is half a point. Shapes: couple, couples x 2 labelers; half_points
    and comparisons, per couple.
    """
    points, of = float(half_points.sum()), float(comparisons.sum())
    if not of:
        return Figure(None, TERNARY.when_undefined, num_counted=0, num_prompts=1)
    labelers, place = np.unique(couple, return_inverse=True)
    who = place.reshape(-1)
    their_points = np.bincount(who, np.repeat(half_points, 2), minlength=len(labelers))
    theirs = np.bincount(who, np.repeat(comparisons, 2), minlength=len(labelers))
    without_one = [
        None if isclose(of, number) else (points - point) / (of - number)
        for point, number in zip(their_points.tolist(), theirs.tolist(), strict=True)
    ]
    low, high, reason = _interval(without_one, points / of, (0.0, 1.0))
    return Figure(points / of, None, round(of), 1, low, high, reason)


def _jackknifed(
    ranks: IntArray,
    coefficient: Callable[[IntArray], float | None],
    *,
    n: int,
    limits: tuple[float, float],
    when_undefined: str,
) -> Figure:
    value = coefficient(ranks)
    if value is None:
        return Figure(None, when_undefined, num_counted=n, num_prompts=1)
    without_one = [coefficient(np.delete(ranks, one, axis=0)) for one in range(len(ranks))]
    low, high, reason = _interval(without_one, value, limits)
    return Figure(value, None, n, 1, low, high, reason)


def _interval(
    without_one: Sequence[float | None], value: float, limits: tuple[float, float]
) -> tuple[float | None, float | None, str | None]:
    """From the figure without each of the labelers in turn.

    Source: Arvesen 1969, the jackknife of means over every two.
    """
    # Only where it is needed: it takes long to import.
    from scipy.special import stdtrit

    num_labelers = len(without_one)
    if num_labelers < MINIMUM_LABELERS:
        return None, None, TOO_FEW_LABELERS
    known = np.array([part for part in without_one if part is not None])
    if len(known) < num_labelers:
        return None, None, "Without one of the labelers the figure is not defined."
    scatter = (num_labelers - 1) * float(known.var())
    if isclose(scatter, 0, abs_tol=1e-18):
        return None, None, NO_SCATTER
    tail = (100 - CONFIDENCE_PERCENT) / 200
    reach = float(stdtrit(num_labelers - 1, 1 - tail)) * scatter**0.5
    return max(limits[0], value - reach), min(limits[1], value + reach), None


def _tie_correction(row: IntArray) -> int:
    _, sizes = np.unique(row, return_counts=True)
    return int((sizes**3 - sizes).sum())
