"""What each agreement figure means, and its formula.

Every figure is a quotient of additive counts, and it is undefined exactly where the denominator is
zero. The definitions are shown to readers as they stand here.

Two reference results fixed the conventions where the name of a figure leaves room. The public
convincing-arguments judgments (8,719 labels on 1,748 pairs) are reported with "pooled pair
agreement" .5027, which is ``TERNARY``; "item mean agreement" .5030, which is ``TERNARY_BY_PAIR``;
"leave one out against the mode" .5505, which is ``LEAVE_ONE_OUT`` with equally common answers
sharing the point (counting any of them as a hit gives .6168, leaving such judgments out .5816); and
a nominal alpha of .2394, small-sample factor included. The public two-way test set with three
annotators gives Fleiss .8642 and alpha .8642 over the answers first / second / tie as they were
shown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

import numpy as np

from labeling.agreement.alpha import Level, Quotient, distance_quotient
from labeling.agreement.intervals import COMPARED
from labeling.agreement.judgments import NUM_SIGNS, FloatArray
from labeling.agreement.sums import Sums

# What a figure can be made of, by its field of ``Sums``: too few of them make no figure.
Addend = Literal[
    "pairs", "comparisons", "strict_comparisons", "bound_comparisons", "length_contests", "threes"
]
ADDENDS: Final[Mapping[Addend, str]] = MappingProxyType(
    {
        "pairs": "pairs of completions that several labelers judged",
        "comparisons": COMPARED,
        "strict_comparisons": "comparisons between two labelers without a tie",
        "bound_comparisons": "comparisons between two labelers who saw the same order",
        "length_contests": "decided pairs of completions of unequal length",
        "threes": "threes of completions with a majority on each pair",
    }
)


@dataclass(frozen=True)
class Statistic:
    """One figure: its wording, its formula, and what luck alone would give."""

    key: str
    label: str
    definition: str
    formula: Callable[[Sums], Quotient]
    chance: Callable[[Sums], float] | None
    # What the n beside the figure counts.
    counted: str
    num_counted: Callable[[Sums], FloatArray]
    # Said when the denominator is zero.
    when_undefined: str
    # What its denominator adds up, or what all its judgments met in.
    made_of: Addend = "comparisons"
    # Whether it is a share of something, between 0 and 1; kappa and alpha are beyond chance.
    is_share: bool = True

    def num_made_of(self, sums: Sums) -> FloatArray:
        """How much of it there is."""
        count: FloatArray = getattr(sums, self.made_of)
        return count


def cohen_quotient(confusion: FloatArray) -> Quotient:
    """Cohen's kappa of two labelers: (observed - expected) / (1 - expected).

    Shapes: confusion, ... x C x C, how often one gave the row's and the other the column's answer.
    Source: Cohen 1960. Both sides are multiplied by n squared, so that no division can fail.
    """
    n = confusion.sum(axis=(-1, -2))
    observed = np.trace(confusion, axis1=-2, axis2=-1)
    expected = (confusion.sum(axis=-1) * confusion.sum(axis=-2)).sum(axis=-1)
    return n * observed - expected, n * n - expected


def alpha_quotient(coincidences: FloatArray, answers: FloatArray) -> Quotient:
    """Krippendorff's nominal alpha: 1 - observed / expected disagreement.

    Shapes: coincidences on the diagonal, ...; answers, ... x C, how often each was given.
    Source: Krippendorff 2011.
    """
    n = answers.sum(axis=-1)
    expected = n * n - (answers**2).sum(axis=-1)
    observed = (n - 1) * (n - coincidences)
    return expected - observed, expected


def fleiss_quotient(mean_share_of_same: FloatArray, answers: FloatArray) -> Quotient:
    """Fleiss' kappa, for the same number of labelers on every item.

    Shapes: mean over the items of the share of labeler pairs that agree, ...; answers, ... x C.
    Source: Fleiss 1971.
    """
    n_squared = answers.sum(axis=-1) ** 2
    expected = (answers**2).sum(axis=-1)
    return mean_share_of_same * n_squared - expected, n_squared - expected


def _alpha(level: Level, definition: str) -> Statistic:
    """Krippendorff's alpha of the answers; there are several, and the level is all they differ in.

    Second, tie and first stand in this order at the levels that have one.
    """
    return Statistic(
        key=f"alpha_{level}",
        label=f"Krippendorff's alpha, {level}",
        definition=definition,
        formula=lambda sums: _alpha_of_signs(sums, level),
        chance=lambda _: 0.0,
        counted="judgments",
        num_counted=lambda sums: sums.judgments,
        when_undefined="Every judgment is the same answer, so chance alone explains the agreement.",
        is_share=False,
    )


def _alpha_of_signs(sums: Sums, level: Level) -> Quotient:
    if level == "nominal":
        return alpha_quotient(sums.coincidences, _answers(sums))
    cells = np.zeros((*sums.judgments.shape, NUM_SIGNS, NUM_SIGNS))
    cells[..., 0, 1], cells[..., 1, 2] = sums.second_and_tied, sums.tied_and_first
    cells[..., 0, 2] = sums.second_and_first
    return distance_quotient(cells, _answers(sums), np.arange(NUM_SIGNS), level=level)


def prompts_that_add(sums: Sums) -> dict[Addend, int]:
    """How many prompts hold some of what a figure is made of; one entry of the sums per prompt."""
    return {name: int(np.count_nonzero(getattr(sums, name))) for name in ADDENDS}


def _answers(sums: Sums) -> FloatArray:
    return np.stack([sums.second, sums.tied, sums.first], axis=-1)


def _share_of_ties(sums: Sums) -> float:
    return float(sums.tied / sums.judgments)


def _chance_of_same(sums: Sums) -> float:
    """Two labelers who say tie as often as here and otherwise toss a coin."""
    ties = _share_of_ties(sums)
    return ties**2 + (1 - ties) ** 2 / 2


def _chance_of_half(sums: Sums) -> float:
    return (1 + _share_of_ties(sums) ** 2) / 2


STRICT: Final = Statistic(
    key="strict",
    label="Pairwise agreement, ties dropped",
    definition=(
        "Of all cases in which two labelers both preferred one completion of the same pair, the "
        "share in which they preferred the same one. A pair that either of them tied is dropped."
    ),
    formula=lambda sums: (sums.strict_same, sums.strict_comparisons),
    chance=lambda _: 0.5,
    counted="comparisons between two labelers",
    num_counted=lambda sums: sums.strict_comparisons,
    when_undefined="No two labelers have ordered the same two completions without a tie.",
    made_of="strict_comparisons",
)
TERNARY: Final = Statistic(
    key="ternary",
    label="Pairwise agreement, a tie being an answer",
    definition=(
        "Of all cases in which two labelers judged the same pair of completions, the share in "
        "which they gave the same answer out of three: the first, the second, a tie. Chance is "
        "p² + (1 - p)²/2 for the share p of ties."
    ),
    formula=lambda sums: (sums.same, sums.comparisons),
    chance=_chance_of_same,
    counted="comparisons between two labelers",
    num_counted=lambda sums: sums.comparisons,
    when_undefined="No two labelers have judged the same pair of completions.",
)
TERNARY_BY_PAIR: Final = Statistic(
    key="ternary_by_pair",
    label="The same, every pair weighing the same",
    definition=(
        "The agreement with ties as an answer, worked out for each pair of completions and then "
        "averaged, so that a pair judged by many labelers weighs no more than another."
    ),
    formula=lambda sums: (sums.share_of_pair, sums.pairs),
    chance=_chance_of_same,
    counted="pairs of completions",
    num_counted=lambda sums: sums.pairs,
    when_undefined=TERNARY.when_undefined,
    made_of="pairs",
)
HALF_CREDIT: Final = Statistic(
    key="half_credit",
    label="Pairwise agreement, half a point for a tie",
    definition=(
        "As with a tie being an answer, but a tie against a preference counts half a point. Chance "
        "is (1 + p²)/2 for the share p of ties."
    ),
    formula=lambda sums: (sums.half_points, sums.comparisons),
    chance=_chance_of_half,
    counted="comparisons between two labelers",
    num_counted=lambda sums: sums.comparisons,
    when_undefined=TERNARY.when_undefined,
)
ALPHA: Final = _alpha(
    "nominal",
    "1 - observed / expected disagreement over the answers first, second, tie, from "
    "coincidence counts. Any number of labelers per pair. 1 is perfect, 0 is chance. Where the "
    "order of the two completions is arbitrary, each judgment counts half in each direction.",
)
ALPHA_ORDINAL: Final = _alpha(
    "ordinal",
    "As the nominal one, but a tie lies between the two preferences: a tie against a "
    "preference is less disagreement than two opposite preferences.",
)
ALPHA_INTERVAL: Final = _alpha(
    "interval",
    "As the ordinal one, with fixed distances: a tie is one step from either preference, and "
    "opposite preferences are two steps apart, which count four times as much.",
)
FLEISS: Final = Statistic(
    key="fleiss_kappa",
    label="Fleiss' kappa",
    definition=(
        "Agreement beyond chance over the answers first, second, tie, for the same number of "
        "labelers on every pair. 1 is perfect, 0 is chance. Where the order of the two completions "
        "is arbitrary, each judgment counts half in each direction."
    ),
    formula=lambda sums: fleiss_quotient(sums.share_of_pair / sums.pairs, _answers(sums)),
    chance=lambda _: 0.0,
    counted="judgments",
    num_counted=lambda sums: sums.judgments,
    when_undefined=ALPHA.when_undefined,
    is_share=False,
)
LEAVE_ONE_OUT: Final = Statistic(
    key="leave_one_out",
    label="One labeler against the others' commonest answer",
    definition=(
        "The share of judgments that equal the commonest answer of the other labelers of the same "
        "pair. Where several answers are equally common among the others, one of them earns an "
        "equal part of the point."
    ),
    formula=lambda sums: (sums.mode_points, sums.judgments),
    chance=None,
    counted="judgments",
    num_counted=lambda sums: sums.judgments,
    when_undefined=TERNARY.when_undefined,
)
TIE_SHARE: Final = Statistic(
    key="tie_share",
    label="Share of ties",
    definition="The share of judgments that are a tie, over pairs judged by several labelers.",
    formula=lambda sums: (sums.tied, sums.judgments),
    chance=None,
    counted="judgments",
    num_counted=lambda sums: sums.judgments,
    when_undefined=TERNARY.when_undefined,
)
ORDER_BOUND: Final = Statistic(
    key="ternary_order_bound",
    label="A tie being an answer, bound to the order shown (WMT's definition)",
    definition=(
        "As pairwise agreement with a tie being an answer, but two labelers are compared only "
        "where they saw the two completions in the same order. The translation shared tasks "
        "counted this way, which leaves out about half of the comparisons."
    ),
    formula=lambda sums: (sums.bound_same, sums.bound_comparisons),
    chance=_chance_of_same,
    counted="comparisons between two labelers",
    num_counted=lambda sums: sums.bound_comparisons,
    when_undefined="No two labelers have seen the same pair of completions in the same order.",
    made_of="bound_comparisons",
)
LONGER_TEXT: Final = Statistic(
    key="longer_text",
    label="The longer completion is the preferred one",
    definition=(
        "Of the pairs that more labelers decided one way than the other, the share in which the "
        "preferred completion is the longer text. Pairs of equally long texts are left out."
    ),
    formula=lambda sums: (sums.longer_preferred, sums.length_contests),
    chance=lambda _: 0.5,
    counted="pairs of completions",
    num_counted=lambda sums: sums.length_contests,
    when_undefined="No pair of unequal length has a preferred completion.",
    made_of="length_contests",
)
CIRCLES: Final = Statistic(
    key="circles",
    label="Threes that go round in a circle",
    definition=(
        "Of all threes of completions of a prompt of which each pair has a majority, the share "
        "that no order fits: the first is preferred to the second, that to the third, and that to "
        "the first. A pair has a majority where at least three labelers judged it and more prefer "
        "one than the other. Three coins would go round in one case of four. An imported "
        "comparison of two stands by itself and is in no three."
    ),
    formula=lambda sums: (sums.circles, sums.threes),
    chance=lambda _: 0.25,
    counted="threes of completions",
    num_counted=lambda sums: sums.threes,
    when_undefined=(
        "There can be none: no three completions of a prompt have a majority of at least three "
        "labelers on each of their pairs."
    ),
    made_of="threes",
)
STATISTICS: Final[Mapping[str, Statistic]] = MappingProxyType(
    {
        statistic.key: statistic
        for statistic in (
            STRICT,
            TERNARY,
            TERNARY_BY_PAIR,
            HALF_CREDIT,
            ALPHA,
            ALPHA_ORDINAL,
            ALPHA_INTERVAL,
            FLEISS,
            LEAVE_ONE_OUT,
            TIE_SHARE,
            ORDER_BOUND,
            LONGER_TEXT,
            CIRCLES,
        )
    }
)
