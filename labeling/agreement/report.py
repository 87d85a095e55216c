"""All figures of one study, computed from one pass over its judgments and one bootstrap."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from labeling.agreement.intervals import (
    SHARE,
    Figure,
    Size,
    estimate,
    resample,
    too_few,
    undefined,
)
from labeling.agreement.judgments import PairJudgments
from labeling.agreement.statistics import (
    ADDENDS,
    FLEISS,
    STATISTICS,
    TERNARY,
    Addend,
    Statistic,
    prompts_that_add,
)
from labeling.agreement.sums import Sums, sums_by_prompt, sums_from_matrix

MINIMUM_OVERLAP = 2


@dataclass(frozen=True, eq=False)
class Summed:
    """Counts that are worked out already, one entry per cluster of prompts.

    A cluster is a prompt, or where there are very many, a group of them. ``num_prompts`` says how
    many prompts add to the figures made of something. ``labelers_per_pair`` is the fewest and the
    most labelers who judged one pair.
    """

    by_cluster: Sums
    num_prompts: Mapping[Addend, int]
    labelers_per_pair: tuple[int, int]

    @cached_property
    def resampled(self) -> Sums:
        return sums_from_matrix(resample(self.by_cluster.matrix()))

    @cached_property
    def total(self) -> Sums:
        return self.by_cluster.total()

    def figures(self) -> dict[str, Figure]:
        """Every statistic by its key."""
        return {key: self.figure(statistic) for key, statistic in STATISTICS.items()}

    def figure(self, statistic: Statistic) -> Figure:
        size = Size(
            num_counted=round(float(statistic.num_counted(self.total))),
            num_prompts=self.num_prompts[statistic.made_of],
            num_comparisons=round(float(statistic.num_made_of(self.total))),
            compared=ADDENDS[statistic.made_of],
        )
        if not self.total.pairs:
            return too_few(size, when_none=TERNARY.when_undefined)
        reason = self._why_not(statistic)
        if reason is not None:
            return undefined(reason, size=size)
        return estimate(
            statistic.formula(self.total),
            resamples=lambda: statistic.formula(self.resampled),
            size=size,
            when_undefined=statistic.when_undefined,
            chance=None if statistic.chance is None else statistic.chance(self.total),
            ends=SHARE if statistic.is_share else None,
        )

    def _why_not(self, statistic: Statistic) -> str | None:
        fewest, most = self.labelers_per_pair
        if statistic is not FLEISS or fewest == most:
            return None
        return (
            f"Fleiss' kappa needs the same number of labelers on every pair; here are {fewest} to "
            f"{most}. Krippendorff's alpha allows that."
        )


@dataclass(frozen=True, eq=False)
class Study:
    """The judgments of pairs that at least ``min_overlap`` labelers judged."""

    judgments: PairJudgments
    min_overlap: int = MINIMUM_OVERLAP

    @cached_property
    def overlapping(self) -> PairJudgments:
        return self.judgments.with_overlap(max(MINIMUM_OVERLAP, self.min_overlap))

    @cached_property
    def summed(self) -> Summed:
        by_prompt = sums_by_prompt(self.overlapping)
        labelers = np.bincount(self.overlapping.pair)
        return Summed(
            by_cluster=by_prompt,
            num_prompts=prompts_that_add(by_prompt),
            labelers_per_pair=(int(labelers.min(initial=2**31)), int(labelers.max(initial=0))),
        )

    def figures(self) -> dict[str, Figure]:
        return self.summed.figures()

    def figure(self, statistic: Statistic) -> Figure:
        return self.summed.figure(statistic)
