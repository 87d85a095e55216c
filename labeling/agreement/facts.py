"""Facts about each labeler and about all together, with a cluster bootstrap over prompts.

What somebody says about one prompt hangs together, and so does what several say of it, so whole
prompts are drawn: a thousand studies at once, every labeler a column of one product of matrices.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from labeling.agreement.habits import NORMAL_95, Sums, two_sided
from labeling.agreement.intervals import (
    INTERVAL_METHOD,
    MINIMUM_PROMPTS,
    NO_SPREAD,
    NO_WIDTH,
    SHARE,
    Ends,
    Figure,
    Size,
    estimate,
    resample,
    tail_of,
    times_drawn,
    too_few,
    too_few_prompts,
)
from labeling.agreement.judgments import BoolArray, FloatArray, IntArray

# Fewer rankings than this, or whatever else a fact is counted over, make no fact.
MINIMUM_COUNTED: Final = 10
# More prompts than this are drawn in groups by their number, as agreement is (decision 0028).
NUM_CLUSTERS: Final = 1_000
# Bounds the memory of the product: so many labelers are resampled at once.
LABELERS_AT_ONCE: Final = 256
FACT_INTERVAL_METHOD: Final = (
    f"{INTERVAL_METHOD} Very many prompts are put into {NUM_CLUSTERS:,} groups by their number, "
    "and whole groups are resampled. Of a median, the medians of the same resamples."
)


@dataclass(frozen=True)
class Fact:
    """A value with its interval and size, or the reason why there is none; never NaN.

    ``standard_error`` is that of ``Figure``. ``expected`` is what no habit at all would give and
    ``p_value`` how often chance alone goes as far from it.
    """

    value: float | None
    num_counted: int
    reason_undefined: str | None = None
    low: float | None = None
    high: float | None = None
    reason_no_interval: str | None = None
    standard_error: float | None = None
    expected: float | None = None
    p_value: float | None = None
    num_prompts: int = 0

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason_undefined is None):
            raise ValueError("a fact has a value or the reason why it has none")


@dataclass(frozen=True, eq=False)
class Drawn:
    """By whom and about which prompt each of some draws is. Shapes: both alike."""

    labeler: IntArray
    prompt: IntArray

    def of(self, chosen: BoolArray | IntArray) -> "Drawn":
        return Drawn(self.labeler[chosen], self.prompt[chosen])


# Of each labeler asked for, and under None of everybody together, listed or not.
Facts = dict[int | None, Fact]


def quotients(
    sums: Sums, drawn: Drawn, *, labelers: Sequence[int], counted: str, ends: Ends | None = None
) -> Facts:
    """Sum of the parts over the sum of the wholes, over the draws that say anything.

    ``counted`` is what a draw is; ``ends`` are the lowest and highest quotient of one, where it has
    such. Shapes: sums and drawn, one entry per draw.
    """
    says = sums.whole > 0
    sums, drawn = sums.of(says), drawn.of(says)
    columns = _Columns.of(drawn, labelers)
    part, whole = columns.by_cluster(sums.part), columns.by_cluster(sums.whole)
    enough = np.flatnonzero(columns.num_counted >= MINIMUM_COUNTED)
    resampled = {}
    for start in range(0, len(enough), LABELERS_AT_ONCE):
        some = enough[start : start + LABELERS_AT_ONCE]
        drawn_sums = resample(np.concatenate([part[:, some], whole[:, some]], axis=1))
        for n, column in enumerate(some.tolist()):
            resampled[column] = drawn_sums[:, n], drawn_sums[:, len(some) + n]
    found: Facts = {}
    for column, name in enumerate([None, *labelers]):
        figure = estimate(
            (part[:, column].sum(), whole[:, column].sum()),
            resamples=partial(resampled.__getitem__, column),
            size=columns.size(column, counted),
            when_undefined="",
            minimum_comparisons=MINIMUM_COUNTED,
            ends=ends,
        )
        found[name] = fact_of(figure)
    return found


def fact_of(figure: Figure) -> Fact:
    """The figure as a fact."""
    return Fact(
        value=figure.value,
        num_counted=figure.num_counted,
        reason_undefined=figure.reason_undefined,
        low=figure.low,
        high=figure.high,
        reason_no_interval=figure.reason_no_interval,
        standard_error=figure.standard_error,
        expected=figure.chance,
        num_prompts=figure.num_prompts,
    )


def no_fact(counted: str) -> Fact:
    """Of somebody about whom nothing was counted."""
    return fact_of(too_few(Size(0, 0, 0, counted), when_none="", minimum=MINIMUM_COUNTED))


def medians(values: FloatArray, drawn: Drawn, *, labelers: Sequence[int], counted: str) -> Facts:
    """The middle of the values that are known, NaN being unknown; ``counted`` is what has one.

    The interval holds the resampled medians, each the lowest value with half of its study at or
    below it. None of those studies is made: that a study's median is at most some value is told
    by how much of it lies there, so the ends are found by halving.
    """
    known = ~np.isnan(values)
    values, drawn = values[known], drawn.of(known)
    columns = _Columns.of(drawn, labelers)
    listed = columns.column > 0
    found: Facts = {}
    for names, chosen, group in (
        ([None], np.ones(len(values), dtype=np.bool_), np.zeros_like(columns.column)),
        (list(labelers), listed, columns.column - 1),
    ):
        sample = _Grouped.of(values[chosen], group[chosen], columns.cluster[chosen], len(names))
        num_prompts = columns.num_prompts[[0] if names == [None] else slice(1, None)]
        tail = np.array([tail_of(max(number, MINIMUM_PROMPTS)) for number in num_prompts.tolist()])
        lows, highs = sample.median_at_most(tail), sample.median_at_most(1 - tail)
        for n, name in enumerate(names):
            size = columns.size(0 if name is None else 1 + n, counted)
            found[name] = _median(sample.values_of(n), float(lows[n]), float(highs[n]), size)
    return found


def _median(values: FloatArray, low: float, high: float, size: Size) -> Fact:
    if size.num_comparisons < MINIMUM_COUNTED:
        return fact_of(too_few(size, when_none="", minimum=MINIMUM_COUNTED))
    middle = float(np.median(values))
    if size.num_prompts < MINIMUM_PROMPTS:
        reason = too_few_prompts(size.num_prompts)
        return Fact(middle, size.num_counted, reason_no_interval=reason)
    if high - low <= NO_WIDTH:
        return Fact(middle, size.num_counted, reason_no_interval=NO_SPREAD)
    # The longer side, since what it is for is a test.
    error = max(high - middle, middle - low) / NORMAL_95
    return Fact(middle, size.num_counted, low=low, high=high, standard_error=error)


def as_likely_as(fact: Fact, *, expected: float) -> Fact:
    """The fact with the chance of lying as far from what is expected.

    By a z-test; where every prompt gives the same, by the exact test of signs: each of the prompts
    is then on one side, where one in two would be by chance.
    """
    if fact.value is None:
        return fact
    if fact.reason_no_interval == NO_SPREAD:
        is_apart = abs(fact.value - expected) > NO_WIDTH
        p_value = 2 * 0.5**fact.num_prompts if is_apart else 1.0
        return replace(fact, expected=expected, p_value=p_value)
    if fact.standard_error is None:
        return replace(fact, expected=expected)
    p_value = math.erfc(abs(fact.value - expected) / fact.standard_error / math.sqrt(2))
    return replace(fact, expected=expected, p_value=p_value)


def position_preferences(
    sums: Sums, drawn: Drawn, k: IntArray, *, labelers: Sequence[int]
) -> Facts:
    """How often the completion shown first was ranked best, against one in K.

    ``k`` says how many completions each draw had. The test is exact: the number of successes of
    draws that each succeed with one in their K, for every order shown was drawn by itself.
    """
    counted = "rankings with one best completion"
    facts = quotients(sums, drawn, labelers=labelers, counted=counted, ends=SHARE)
    says = sums.whole > 0
    for name, fact in facts.items():
        if fact.value is None:
            continue
        mine = says if name is None else says & (drawn.labeler == name)
        facts[name] = replace(
            fact,
            expected=float((1 / k[mine]).mean()),
            p_value=two_sided(int(sums.part[mine].sum()), k[mine]),
        )
    return facts


@dataclass(frozen=True, eq=False)
class _Columns:
    """Where each draw is added up: all together first, then a column for every listed labeler.

    Shapes: column and cluster, per draw, column being 0 for those who are not listed; num_counted
    and num_prompts, per column.
    """

    column: IntArray
    cluster: IntArray
    num_clusters: int
    num_counted: IntArray
    num_prompts: IntArray

    @classmethod
    def of(cls, drawn: Drawn, labelers: Sequence[int]) -> "_Columns":
        num_columns = 1 + len(labelers)
        names = np.asarray(labelers, dtype=np.int64)
        order = np.argsort(names)
        column = np.zeros(len(drawn.labeler), dtype=np.int64)
        if len(names):
            place = order[np.minimum(np.searchsorted(names[order], drawn.labeler), len(names) - 1)]
            column = np.where(names[place] == drawn.labeler, 1 + place, 0)
        prompts, prompt = np.unique(drawn.prompt, return_inverse=True)
        is_large = len(prompts) > NUM_CLUSTERS
        num_counted = np.bincount(column, minlength=num_columns)
        met = np.unique(prompt * num_columns + column) % num_columns
        num_prompts = np.bincount(met, minlength=num_columns)
        num_counted[0], num_prompts[0] = len(column), len(prompts)
        return cls(
            column=column,
            cluster=drawn.prompt % NUM_CLUSTERS if is_large else prompt.astype(np.int64),
            num_clusters=NUM_CLUSTERS if is_large else max(1, len(prompts)),
            num_counted=num_counted,
            num_prompts=num_prompts,
        )

    def by_cluster(self, values: FloatArray) -> FloatArray:
        """Added up. Shapes: values, per draw; the answer, clusters x columns."""
        num_columns = len(self.num_counted)
        sums = np.bincount(
            self.cluster * num_columns + self.column,
            values,
            minlength=self.num_clusters * num_columns,
        ).reshape(self.num_clusters, num_columns)
        sums[:, 0] = sums.sum(axis=1)
        return sums.astype(np.float64)

    def size(self, column: int, counted: str) -> Size:
        number = int(self.num_counted[column])
        return Size(number, int(self.num_prompts[column]), number, counted)


@dataclass(frozen=True, eq=False)
class _Grouped:
    """Values in ascending order within their group; ``last`` is the place of the last equal one.

    Shapes: value, group, cluster and last, per value; starts and sizes, per group.
    """

    value: FloatArray
    group: IntArray
    cluster: IntArray
    last: IntArray
    starts: IntArray
    sizes: IntArray
    num_clusters: int

    @classmethod
    def of(
        cls, value: FloatArray, group: IntArray, cluster: IntArray, num_groups: int
    ) -> "_Grouped":
        order = np.lexsort((value, group))
        value, group, cluster = value[order], group[order], cluster[order]
        is_last = np.ones(len(value), dtype=np.bool_)
        is_last[:-1] = (value[1:] != value[:-1]) | (group[1:] != group[:-1])
        ends = np.flatnonzero(is_last)
        sizes = np.bincount(group, minlength=num_groups)
        return cls(
            value=value,
            group=group,
            cluster=cluster,
            last=ends[np.cumsum(is_last) - is_last],
            starts=np.cumsum(sizes) - sizes,
            sizes=sizes,
            num_clusters=int(cluster.max(initial=0)) + 1,
        )

    def values_of(self, group: int) -> FloatArray:
        return self.value[self.starts[group] : self.starts[group] + self.sizes[group]]

    def median_at_most(self, share: FloatArray) -> FloatArray:
        """The lowest value that the median of this share of the resamples does not exceed.

        NaN for a group without values. Shapes: share and the answer, per group.
        """
        drawn = times_drawn(self.num_clusters).astype(np.float32)
        everything = np.ones(len(self.value), dtype=np.bool_)
        total = drawn @ self._by_cluster(everything)
        num_defined = np.maximum((total > 0).sum(axis=0), 1)
        low, high = np.zeros_like(self.sizes), np.maximum(self.sizes - 1, 0)
        place = np.arange(len(self.value))
        while (low < high).any():
            middle = (low + high) // 2
            upto = np.full(len(self.sizes), -1)
            has_some = self.sizes > 0
            upto[has_some] = self.last[(self.starts + middle)[has_some]]
            below = drawn @ self._by_cluster(place <= upto[self.group])
            is_enough = ((2 * below >= total) & (total > 0)).sum(axis=0) >= share * num_defined
            low, high = (
                np.where(is_enough, low, np.minimum(middle + 1, high)),
                np.where(is_enough, middle, high),
            )
        found = np.full(len(self.sizes), np.nan)
        has_some = self.sizes > 0
        found[has_some] = self.value[(self.starts + low)[has_some]]
        return found

    def _by_cluster(self, chosen: BoolArray) -> FloatArray:
        num_groups = len(self.sizes)
        counts = np.bincount(
            self.cluster[chosen] * num_groups + self.group[chosen],
            minlength=self.num_clusters * num_groups,
        )
        return counts.reshape(self.num_clusters, num_groups).astype(np.float32)
