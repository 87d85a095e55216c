"""Figures with their intervals: a cluster bootstrap that resamples whole prompts.

Judgments of one prompt hang together, so judgments are never resampled one by one.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from labeling.agreement.alpha import Quotient
from labeling.agreement.habits import NORMAL_95
from labeling.agreement.judgments import FloatArray
from labeling.counting_words import are

NUM_RESAMPLES: Final = 1_000
SEED: Final = 2022
CONFIDENCE_PERCENT: Final = 95
# Fewer clusters than this make a bootstrap interval far too narrow to print.
MINIMUM_PROMPTS: Final = 5
# Fewer comparisons than this make a figure that only looks like one.
MINIMUM_COMPARISONS: Final = 20
NO_SPREAD: Final = "Every prompt gives the same value, so drawing prompts again gives no interval."
# What is left of a width by rounding alone.
NO_WIDTH: Final = 1e-9
COMPARED: Final = "comparisons between two labelers"
# Between which a figure lies. A figure at one of them has every prompt there.
Ends = tuple[float, float]
SHARE: Final[Ends] = (0.0, 1.0)
INTERVAL_METHOD: Final = (
    f"{CONFIDENCE_PERCENT}% expanded percentile interval of a cluster bootstrap: {NUM_RESAMPLES:,} "
    f"resamples of whole prompts, seed {SEED}, and the fewer prompts the nearer to the outermost "
    "resamples its ends (Hesterberg 2015). Where every prompt lies at the same end of the "
    "scale, as at 0% or 100%, the exact bound with each prompt as one draw (Clopper and Pearson)."
)

# Bounds the memory of a resample: rows of a chunk times prompts.
CHUNK_CELLS: Final = 4_000_000
# Of so many prompts it is kept how often each was drawn: a byte holds more than any ever is.
PROMPTS_KEPT: Final = 20_000


@dataclass(frozen=True)
class Figure:
    """A figure or the reason why there is none; never NaN and never a stand-in number.

    Raises: ValueError unless exactly one of value and reason_undefined is there.
    """

    value: float | None
    reason_undefined: str | None
    num_counted: int
    num_prompts: int
    low: float | None = None
    high: float | None = None
    reason_no_interval: str | None = None
    # The standard deviation of the resampled values, ``widened`` as the interval is; of an exact
    # bound how far it reaches, as if that were as many deviations as on the normal curve.
    standard_error: float | None = None
    chance: float | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason_undefined is None):
            raise ValueError("a figure has a value or the reason why it has none")


@dataclass(frozen=True)
class Size:
    """What stands behind a figure."""

    num_counted: int
    # Those that add to the figure, and no others.
    num_prompts: int
    # What the figure's own denominator adds up; too few of them make no figure.
    num_comparisons: int
    compared: str = COMPARED


def interval_method(*, num_prompts: int, num_clusters: int) -> str:
    """How the intervals of a study were made; very many prompts are resampled in groups."""
    if num_clusters >= num_prompts:
        return INTERVAL_METHOD
    return (
        f"{INTERVAL_METHOD} The {num_prompts:,} prompts are put into {num_clusters:,} groups by "
        "their number, and whole groups are resampled."
    )


def undefined(reason: str, *, size: Size) -> Figure:
    return Figure(
        value=None,
        reason_undefined=reason,
        num_counted=size.num_counted,
        num_prompts=size.num_prompts,
    )


def too_few(size: Size, *, when_none: str, minimum: int = MINIMUM_COMPARISONS) -> Figure:
    """No figure yet: how much there is, how much more is needed, and why where there is none."""
    number = size.num_comparisons
    why = f"{when_none} " if not number and when_none else ""
    return undefined(
        f"{why}{size.compared.capitalize()} so far: {number}. At least {minimum} are needed, "
        f"{minimum - number} more than that.",
        size=size,
    )


def too_few_prompts(num_prompts: int) -> str:
    """Why there is no interval."""
    here = f"here {are(num_prompts)} {num_prompts}"
    return f"An interval needs at least {MINIMUM_PROMPTS} prompts; {here}."


def estimate(
    quotient: Quotient,
    *,
    resamples: Callable[[], Quotient],
    size: Size,
    when_undefined: str,
    chance: float | None = None,
    minimum_comparisons: int = MINIMUM_COMPARISONS,
    ends: Ends | None = None,
) -> Figure:
    """The figure of the study with its interval; ``resamples`` is called only when it is needed.

    ``when_undefined`` is why the denominator is zero. ``ends`` are given of a figure that is a mean
    of what lies between them, such as a share; kappa and alpha are none.
    """
    if size.num_comparisons < minimum_comparisons and minimum_comparisons > 1:
        return too_few(size, when_none=when_undefined, minimum=minimum_comparisons)
    numerator, denominator = (float(side) for side in quotient)
    if denominator == 0:
        return undefined(when_undefined, size=size)
    value = numerator / denominator
    low, high, error, reason = exact_bound(value, size.num_prompts, ends) or _interval(
        resamples, size.num_prompts
    )
    return Figure(
        value=value,
        reason_undefined=None,
        num_counted=size.num_counted,
        num_prompts=size.num_prompts,
        low=low,
        high=high,
        reason_no_interval=reason,
        standard_error=error,
        chance=chance,
    )


def resample(sums_of_prompts: FloatArray) -> FloatArray:
    """The sums of ``NUM_RESAMPLES`` studies made by drawing as many prompts with replacement.

    Shapes: sums_of_prompts, prompts x counts; the answer, resamples x counts.
    """
    return np.concatenate([drawn @ sums_of_prompts for drawn in _chunks(len(sums_of_prompts))])


def times_drawn(num_prompts: int) -> FloatArray:
    """How often each prompt is in each of the studies that ``resample`` makes.

    Shapes: resamples x prompts.
    """
    return np.concatenate(list(_chunks(num_prompts)))


def _chunks(num_prompts: int) -> Iterator[FloatArray]:
    if num_prompts <= PROMPTS_KEPT:
        drawn = _drawn(num_prompts)
        rows_at_once = max(1, CHUNK_CELLS // num_prompts)
        for start in range(0, NUM_RESAMPLES, rows_at_once):
            yield drawn[start : start + rows_at_once].astype(np.float64)
        return
    for counts in _counts(num_prompts):
        yield np.asarray(counts, dtype=np.float64)


@lru_cache(maxsize=2)
def _drawn(num_prompts: int) -> NDArray[np.uint8]:
    """The figures of one page are of the same prompts, one after the other."""
    return np.concatenate([np.asarray(counts, dtype=np.uint8) for counts in _counts(num_prompts)])


def _counts(num_prompts: int) -> Iterator[list[NDArray[np.intp]]]:
    generator = np.random.default_rng(SEED)
    rows_at_once = max(1, CHUNK_CELLS // num_prompts)
    for start in range(0, NUM_RESAMPLES, rows_at_once):
        # Row by row, so that each stays in the processor's cache: three times faster than at once.
        yield [
            np.bincount(generator.integers(num_prompts, size=num_prompts), minlength=num_prompts)
            for _ in range(start, min(start + rows_at_once, NUM_RESAMPLES))
        ]


@cache
def widened(num_prompts: int) -> float:
    """How many times as wide an interval has to be as its resamples are, over so many prompts.

    Resamples of S prompts scatter by sqrt((S - 1) / S) too little, and the scatter of few prompts
    is itself uncertain, for which Student's t stands in the place of the normal curve.
    Source: Hesterberg 2015, the expanded percentile interval.
    """
    # Only where it is needed: it takes long to import.
    from scipy.special import stdtrit

    t = float(stdtrit(num_prompts - 1, 1 - (100 - CONFIDENCE_PERCENT) / 200))
    return math.sqrt(num_prompts / (num_prompts - 1)) * t / NORMAL_95


def tail_of(num_prompts: int) -> float:
    """The share of the resamples that lies beyond each end of an interval over so many prompts."""
    return math.erfc(widened(num_prompts) * NORMAL_95 / math.sqrt(2)) / 2


# Low, high and standard error, or why there are none.
Interval = tuple[float | None, float | None, float | None, str | None]


def exact_bound(value: float, num_prompts: int, ends: Ends | None) -> Interval | None:
    """The interval of a mean at an end of its scale; None of any other, or of too few prompts.

    A mean at an end has every prompt there, and resamples have no spread. With the mean m of
    prompts at an end, all S are there with probability m^S at most, so that what lies beyond
    0.025^(1/S) of the way from the far end is ruled out, whatever the prompts' distribution is.
    That is of prompts that weigh alike: of a quotient to which few prompts may add much more than
    the others, the bound may be too narrow, as resampling is, for neither sees a prompt not drawn.
    Source: Clopper and Pearson 1934.
    """
    if ends is None or num_prompts < MINIMUM_PROMPTS:
        return None
    bottom, top = ends
    reach = (top - bottom) * (1 - ((100 - CONFIDENCE_PERCENT) / 200) ** (1 / num_prompts))
    if top - value <= NO_WIDTH:
        return top - reach, top, reach / NORMAL_95, None
    if value - bottom <= NO_WIDTH:
        return bottom, bottom + reach, reach / NORMAL_95, None
    return None


def _interval(resamples: Callable[[], Quotient], num_prompts: int) -> Interval:
    """Its low and high end and the standard error, or why there is none."""
    if num_prompts < MINIMUM_PROMPTS:
        return (
            None,
            None,
            None,
            too_few_prompts(num_prompts),
        )
    numerator, denominator = resamples()
    defined = denominator != 0
    # Percentiles of what is left would be of another question than the one asked.
    if defined.mean() < CONFIDENCE_PERCENT / 100:
        return None, None, None, "The figure is undefined in too many of the resamples."
    tail = tail_of(num_prompts)
    values = numerator[defined] / denominator[defined]
    low, high = np.quantile(values, [tail, 1 - tail])
    # An interval without width would say that there is no doubt.
    if high - low <= NO_WIDTH:
        return None, None, None, NO_SPREAD
    return float(low), float(high), float(values.std(ddof=1)) * widened(num_prompts), None
