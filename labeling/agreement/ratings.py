"""Ratings and flags of single completions: how much labelers agree, and how lenient each one is.

Flags that are rare make kappa and alpha collapse although nearly every answer is the same, so AC1
stands beside alpha.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from labeling.agreement.alpha import Level, Quotient, coincidences_by, krippendorff_quotient
from labeling.agreement.facts import Drawn, Fact, as_likely_as, quotients
from labeling.agreement.habits import Sums
from labeling.agreement.intervals import Figure, Size, estimate, resample, too_few
from labeling.agreement.judgments import FloatArray, IntArray

LIKERT: Final = np.arange(1, 8)
NO_YES: Final = np.arange(2)

LIKERT_ALPHA_DEFINITION: Final = (
    "Krippendorff's alpha of the ratings 1 to 7 at the ordinal level: it matters how far apart two "
    "ratings of a completion are, counted in ratings that lie between them. 1 is perfect, 0 is "
    "chance."
)
LENIENCY_DEFINITION: Final = (
    "How much higher than the others' mean this labeler rates the completions that others rated "
    "too, in points of the scale 1 to 7. The p-value is of a z-test against 0, by the spread "
    "over resamples of whole prompts; where every prompt gives the same difference, of the exact "
    "test of signs, each prompt being one."
)
PREVALENCE_DEFINITION: Final = "The share of the answers to this question that are yes."
AC1_DEFINITION: Final = (
    "Gwet's AC1: agreement beyond chance, where chance is 2q(1 - q) for the mean share q of yes, "
    "over all completions with an answer, also of one labeler alone. It stays meaningful for rare "
    "flags."
)
FLAG_ALPHA_DEFINITION: Final = (
    "Krippendorff's alpha of yes and no. Where a flag is rare it is near 0 although nearly every "
    "answer is the same: read it beside AC1."
)
RATED_BY_OTHERS: Final = "rankings rated by others too"
NOT_SHARED: Final = "No two labelers have answered this about the same completion."
ONE_VALUE: Final = "Every answer is the same, so chance alone explains the agreement."


def newest_words(unit: IntArray, labeler: IntArray, ranking: IntArray) -> IntArray:
    """The places of the judgments that count: of what one labeler said of a unit, the newest.

    A completion may stand in several tasks of one labeler, who would else agree with themselves.
    ``ranking`` numbers the rankings from the newest. Shapes: all alike; the answer, what counts.
    """
    order = np.argsort(ranking, kind="stable")
    whose = unit * (int(labeler.max(initial=0)) + 1) + labeler
    _, first = np.unique(whose[order], return_index=True)
    newest: IntArray = order[first]
    return newest


@dataclass(frozen=True, eq=False)
class Ratings:
    """Who gave which value to which completion, for one question.

    ``unit`` numbers the completions and ``prompt`` says whose each is; ``value`` is one of
    ``values``, which ascend. ``ranking`` numbers the answers that came together.

    Shapes: unit, labeler, ranking and value per judgment; prompt per unit.
    Raises: ValueError for a value that is none of ``values``.
    """

    unit: IntArray
    labeler: IntArray
    ranking: IntArray
    value: IntArray
    prompt: IntArray
    values: IntArray

    def __post_init__(self) -> None:
        if not np.isin(self.value, self.values).all():
            raise ValueError("a rating is none of the values of its scale")

    @cached_property
    def counts(self) -> FloatArray:
        """Shapes: units x values."""
        place = np.searchsorted(self.values, self.value)
        cells = np.bincount(
            self.unit * len(self.values) + place, minlength=len(self.prompt) * len(self.values)
        )
        return cells.reshape(-1, len(self.values)).astype(np.float64)

    @cached_property
    def shared(self) -> tuple[IntArray, FloatArray]:
        """(prompt, counts) of the units that several judged, the prompts numbered from 0."""
        several = self.counts.sum(axis=1) > 1
        _, prompt = np.unique(self.prompt[several], return_inverse=True)
        return prompt.astype(np.int64), self.counts[several]

    def size(self) -> Size:
        prompt, counts = self.shared
        judged = counts.sum(axis=1)
        return Size(
            num_counted=round(float(judged.sum())),
            num_prompts=int(prompt.max(initial=-1)) + 1,
            num_comparisons=round(float((judged * (judged - 1) / 2).sum())),
        )


def alpha_of(ratings: Ratings, *, level: Level) -> Figure:
    """Krippendorff's alpha over the units that several labelers judged."""
    by_prompt = coincidences_by(*ratings.shared)
    shape = (-1, len(ratings.values), len(ratings.values))
    cells = by_prompt.reshape(-1, len(ratings.values) ** 2)

    def of(sums: FloatArray) -> Quotient:
        return krippendorff_quotient(sums.reshape(shape), ratings.values, level=level)

    return _figure(cells, of, ratings.size())


def ac1_of(ratings: Ratings) -> Figure:
    """Gwet's AC1: agreement over the units that several labelers answered, chance over all units.

    Source: Gwet 2008; the chance term for C answers is sum q(1 - q) / (C - 1), q the mean over all
    units that anybody answered.
    """
    _, prompt = np.unique(ratings.prompt, return_inverse=True)
    counts = ratings.counts
    judged = counts.sum(axis=1, keepdims=True)
    is_shared = (judged > 1).astype(np.float64)
    couples = np.maximum(judged * (judged - 1), 1)
    same = (counts * (counts - 1)).sum(axis=1, keepdims=True) / couples
    shares = counts / np.maximum(judged, 1)
    of_unit = np.concatenate([is_shared, same, np.minimum(judged, 1), shares], axis=1)
    by_prompt = np.zeros((int(prompt.max(initial=-1)) + 1, of_unit.shape[1]))
    np.add.at(by_prompt, prompt, of_unit)

    def of(sums: FloatArray) -> Quotient:
        shared, same_sum, units, share_sum = sums[..., 0], sums[..., 1], sums[..., 2], sums[..., 3:]
        with np.errstate(invalid="ignore", divide="ignore"):
            share = share_sum / units[..., None]
        chance = (share * (1 - share)).sum(axis=-1) / (len(ratings.values) - 1)
        return same_sum - chance * shared, shared * (1 - chance)

    return _figure(by_prompt, of, ratings.size())


def prevalence_of(ratings: Ratings) -> Figure:
    """The mean value, over all judgments, shared or not; of a flag, the share that said yes."""
    _, prompt = np.unique(ratings.prompt[ratings.unit], return_inverse=True)
    num_prompts = int(prompt.max(initial=-1)) + 1
    sums = np.stack(
        [
            np.bincount(prompt, ratings.value, minlength=num_prompts),
            np.bincount(prompt, minlength=num_prompts).astype(np.float64),
        ],
        axis=1,
    )
    num_judged = len(ratings.value)
    return estimate(
        (sums[:, 0].sum(), sums[:, 1].sum()),
        resamples=lambda: _columns(resample(sums)),
        size=Size(num_judged, num_prompts, num_judged),
        when_undefined="Nobody has answered this yet.",
        minimum_comparisons=1,
        ends=(float(ratings.values[0]), float(ratings.values[-1])),
    )


def leniency(ratings: Ratings) -> dict[int, Fact]:
    """How far each labeler's ratings lie above the mean of the others', on what they share."""
    return above_others(ratings, counted=RATED_BY_OTHERS)


def above_others(ratings: Ratings, *, counted: str) -> dict[int, Fact]:
    """How far each labeler's values lie above the others' mean, with a z-test against 0.

    Over the units that others judged too; each ranking of some is counted once.
    """
    _, sums, drawn = above_others_by_ranking(ratings)
    labelers = np.unique(ratings.labeler).tolist()
    facts = quotients(sums, drawn, labelers=labelers, counted=counted)
    return {labeler: as_likely_as(facts[labeler], expected=0.0) for labeler in labelers}


def above_others_by_ranking(ratings: Ratings) -> tuple[IntArray, Sums, Drawn]:
    """The rankings with a unit that others judged too: how far their values there lie above the
    others' mean, added up, of how many values. Shapes: all alike.
    """
    rows, others = beside_others(ratings)
    above = ratings.value[rows] - others
    ranking, first, draw = np.unique(ratings.ranking[rows], return_index=True, return_inverse=True)
    sums = Sums(
        np.bincount(draw, above, minlength=len(first)).astype(np.float64),
        np.bincount(draw, minlength=len(first)).astype(np.float64),
    )
    drawn = Drawn(ratings.labeler[rows][first], ratings.prompt[ratings.unit[rows][first]])
    return ranking, sums, drawn


def beside_others(ratings: Ratings) -> tuple[IntArray, FloatArray]:
    """The judgments of units that others judged too, and the mean of what the others said."""
    counts = ratings.counts
    total, judged = counts @ ratings.values, counts.sum(axis=1)
    rows = np.flatnonzero(judged[ratings.unit] > 1)
    unit, value = ratings.unit[rows], ratings.value[rows]
    return rows, (total[unit] - value) / (judged[unit] - 1)


def _figure(by_prompt: FloatArray, of: Callable[[FloatArray], Quotient], size: Size) -> Figure:
    if not size.num_comparisons:
        return too_few(size, when_none=NOT_SHARED)
    numerator, denominator = of(by_prompt.sum(axis=0, keepdims=True))
    return estimate(
        (numerator[0], denominator[0]),
        resamples=lambda: of(resample(by_prompt)),
        size=size,
        when_undefined=ONE_VALUE,
        chance=0.0,
    )


def _columns(matrix: FloatArray) -> Quotient:
    return matrix[:, 0], matrix[:, 1]
