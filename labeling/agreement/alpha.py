"""Krippendorff's alpha over any values and at any level, from coincidences that add up.

The ``krippendorff`` package gives one figure from one table. Ours works on sums, so that a thousand
resamples of prompts cost one matrix product; the package is the reference it is tested against.
"""

from typing import Final, Literal

import numpy as np

from labeling.agreement.judgments import FloatArray, IntArray

Quotient = tuple[FloatArray, FloatArray]
Level = Literal["nominal", "ordinal", "interval", "ratio"]
LEVELS: Final[tuple[Level, ...]] = ("nominal", "ordinal", "interval", "ratio")


def coincidences_by(group: IntArray, counts: FloatArray) -> FloatArray:
    """How often two values met on a unit, each pair weighted 1 / (judgments of the unit - 1).

    Units with fewer than two judgments say nothing; that is how a missing value is allowed.
    Shapes: group, units, 0-based without holes; counts, units x V; the answer, groups x V x V.
    """
    num_groups, num_values = int(group.max(initial=-1)) + 1, counts.shape[1]
    judged = counts.sum(axis=1)
    pairable = judged > 1
    group, counts, judged = group[pairable], counts[pairable], judged[pairable]
    found = np.zeros((num_groups, num_values, num_values))
    for first in range(num_values):
        for second in range(num_values):
            others = counts[:, second] - (first == second)
            met = counts[:, first] * others / (judged - 1)
            found[:, first, second] = np.bincount(group, met, minlength=num_groups)
    return found


def krippendorff_quotient(
    coincidences: FloatArray, values: IntArray | FloatArray, *, level: Level
) -> Quotient:
    """Alpha = 1 - observed / expected disagreement.

    Shapes: coincidences, ... x V x V, symmetric; values, V, in ascending order.
    Source: Krippendorff 2011.
    """
    return distance_quotient(
        np.triu(coincidences + np.swapaxes(coincidences, -1, -2), k=1),
        coincidences.sum(axis=-1),
        values,
        level=level,
    )


def distance_quotient(
    met: FloatArray, given: FloatArray, values: IntArray | FloatArray, *, level: Level
) -> Quotient:
    """Alpha from how often two different values met, in either order, and how often each was given.

    Shapes: met, ... x V x V, of which only what stands above the diagonal is read, both directions
    together; given, ... x V; values, V, in ascending order.
    """
    squared = squared_distances(given, values, level=level)
    n = given.sum(axis=-1)
    above = np.triu(np.ones(squared.shape[-2:]), k=1)
    observed = (met * above * squared).sum(axis=(-1, -2))
    expected = (given[..., :, None] * given[..., None, :] * squared).sum(axis=(-1, -2))
    return expected - (n - 1) * observed, expected


def squared_distances(
    given: FloatArray, values: IntArray | FloatArray, *, level: Level
) -> FloatArray:
    """How far apart two values are, squared, at this level of measurement.

    Shapes: given, ... x V, how often each value occurs (only the ordinal level reads it); values,
    V, in ascending order; the answer, ... x V x V.
    """
    value = np.asarray(values, dtype=np.float64)
    if level == "nominal":
        distance = 1.0 - np.eye(len(value))
    elif level == "interval":
        distance = value[:, None] - value[None, :]
    elif level == "ratio":
        total = value[:, None] + value[None, :]
        distance = (value[:, None] - value[None, :]) / np.where(total == 0, 1.0, total)
    else:
        # Everything that lies between the two, and half of what shares their own places.
        rank = given.cumsum(axis=-1) - given / 2
        distance = rank[..., :, None] - rank[..., None, :]
    squared: FloatArray = distance**2
    return squared
