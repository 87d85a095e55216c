"""How alike rankings of one list are: Kendall's tau-b of two, W of several, ties allowed.

A tie in both rankings says nothing about order, so neither coefficient exists where a ranking ties
everything; the answer is then None, never NaN (a whole study must not fall with one such answer).
"""

from itertools import combinations

import numpy as np

from labeling.agreement.habits import average_ranks
from labeling.agreement.judgments import IntArray
from labeling.preferences import pair_sign_columns


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


def _tie_correction(row: IntArray) -> int:
    _, sizes = np.unique(row, return_counts=True)
    return int((sizes**3 - sizes).sum())
