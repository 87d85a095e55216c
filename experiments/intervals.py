"""Means over seeds and shares of seeds, each with a 95 % interval."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, stdev

from scipy import stats

CONFIDENCE = 0.95
Z = 1.959964


@dataclass(frozen=True)
class Interval:
    """A value between its 95 % limits; without spread to judge by the limits are the value."""

    value: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float]:
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def mean(values: Sequence[float]) -> Interval:
    """The mean over seeds with Student's interval."""
    middle = fmean(values)
    if len(values) < 2:
        return Interval(middle, middle, middle)
    factor = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1))
    half = factor * stdev(values) / math.sqrt(len(values))
    return Interval(middle, middle - half, middle + half)


def share(successes: int, trials: int) -> Interval:
    """A share of seeds with Wilson's interval, which says something even of 0 of 8."""
    observed = successes / trials
    centre = (observed + Z**2 / (2 * trials)) / (1 + Z**2 / trials)
    spread = math.sqrt(observed * (1 - observed) / trials + Z**2 / (4 * trials**2))
    half = Z * spread / (1 + Z**2 / trials)
    return Interval(observed, max(0.0, centre - half), min(1.0, centre + half))
