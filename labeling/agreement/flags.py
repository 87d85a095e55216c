"""Flags labeler by labeler: how often each sets one beside the others, and who never agrees on it.

Facts to look at and to ask about; nothing here ranks people or acts by itself (R19).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from labeling.agreement.facts import Fact
from labeling.agreement.judgments import IntArray
from labeling.agreement.outliers import MARK_LEVEL, Mark, marks
from labeling.agreement.ratings import Ratings, above_others, beside_others

# Two labelers who share fewer answers say nothing by never saying yes together.
MINIMUM_SHARED: Final = 20
ANSWERED_BY_OTHERS: Final = "rankings answered by others too"
BESIDE_DEFINITION: Final = (
    "On the completions that others answered too: the share of this labeler's answers that are "
    "yes, the mean share of the others' on the same completions, and the difference with its "
    "interval. The p-value is of a z-test of the difference against 0, by the spread over "
    "resamples of whole prompts (where every prompt gives the same difference, of the exact test "
    "of signs, each prompt being one); a flag is marked where it is below 5%, divided by the "
    "number of labelers who are tested for that flag (Bonferroni)."
)
APART_DEFINITION: Final = (
    f"Two labelers who answered this about at least {MINIMUM_SHARED} of the same completions, who "
    "both said yes to some of these, and never to the same one. The p-value is that of Fisher's "
    "exact test: how often two who set their flags independently would never meet. A pair is "
    "marked where it is below 5%, divided by the number of pairs who both said yes to some "
    "(Bonferroni). Each completion is one draw; those of one prompt hang together, so that a mark "
    "is a hint to look at what the two flagged."
)


@dataclass(frozen=True)
class BesidePeers:
    """One labeler's share of yes and the others', over ``num_answers`` shared answers.

    ``difference`` is the first less the second; where too few rankings say something of it, neither
    share is told. ``mark`` is None where it was not tested.
    """

    own: float | None
    others: float | None
    num_answers: int
    difference: Fact
    mark: Mark | None


@dataclass(frozen=True)
class Apart:
    """Two labelers who never said yes together; ``a`` has the lower number.

    ``expected`` is how often two who flag independently would.
    """

    a: int
    b: int
    num_shared: int
    num_yes_a: int
    num_yes_b: int
    expected: float
    p_value: float
    is_marked: bool


def beside_peers(answers: Ratings) -> dict[int, BesidePeers]:
    """Of each labeler who answered something that others answered too."""
    differences = above_others(answers, counted=ANSWERED_BY_OTHERS)
    marked = marks(differences)
    rows, others = beside_others(answers)
    labelers, slot = np.unique(answers.labeler[rows], return_inverse=True)
    number = np.bincount(slot, minlength=len(labelers))
    own = np.bincount(slot, answers.value[rows], minlength=len(labelers)) / number
    theirs = np.bincount(slot, others, minlength=len(labelers)) / number
    return {
        labeler: BesidePeers(
            own=None if differences[labeler].value is None else float(own[n]),
            others=None if differences[labeler].value is None else float(theirs[n]),
            num_answers=int(number[n]),
            difference=differences[labeler],
            mark=marked.get(labeler),
        )
        for n, labeler in enumerate(labelers.tolist())
    }


def never_together(answers: Ratings) -> list[Apart]:
    """The pairs of labelers who never said yes to the same completion, the least likely first."""
    span = int(answers.labeler.max(initial=0)) + 1
    parts = list(_meetings(answers))
    columns = (
        np.concatenate([np.empty(0, dtype=np.int64), *column])
        for column in (zip(*parts, strict=True) if parts else [()] * 4)
    )
    a, b, yes_a, yes_b = columns
    couples, place = np.unique(a * span + b, return_inverse=True)
    shared, num_a, num_b, both = (
        np.bincount(place, weight, minlength=len(couples)).astype(np.int64)
        for weight in (np.ones(len(a)), yes_a, yes_b, yes_a * yes_b)
    )
    tested = (shared >= MINIMUM_SHARED) & (num_a > 0) & (num_b > 0)
    level = MARK_LEVEL / max(1, int(tested.sum()))
    found = []
    for n in np.flatnonzero(tested & (both == 0)).tolist():
        sizes = int(shared[n]), int(num_a[n]), int(num_b[n])
        p_value = chance_of_never(*sizes)
        found.append(
            Apart(
                a=int(couples[n]) // span,
                b=int(couples[n]) % span,
                num_shared=sizes[0],
                num_yes_a=sizes[1],
                num_yes_b=sizes[2],
                expected=sizes[1] * sizes[2] / sizes[0],
                p_value=p_value,
                is_marked=p_value < level,
            )
        )
    return sorted(found, key=lambda one: (one.p_value, one.a, one.b))


def chance_of_never(num_shared: int, num_yes_a: int, num_yes_b: int) -> float:
    """The chance that two independent choices out of the shared ones have none in common.

    Source: Fisher's exact test; the hypergeometric chance of 0. Through logarithms, so that nothing
    overflows.
    """
    left = num_shared - num_yes_a
    if num_yes_b > left:
        return 0.0
    return math.exp(
        math.lgamma(left + 1)
        - math.lgamma(left - num_yes_b + 1)
        - math.lgamma(num_shared + 1)
        + math.lgamma(num_shared - num_yes_b + 1)
    )


def _meetings(answers: Ratings) -> Iterator[tuple[IntArray, IntArray, IntArray, IntArray]]:
    """Two labelers on one completion and what each said, the lower number first."""
    order = np.lexsort((answers.labeler, answers.unit))
    unit, labeler, value = (
        column[order] for column in (answers.unit, answers.labeler, answers.value)
    )
    for distance in range(1, int(np.bincount(unit).max(initial=0))):
        here = np.flatnonzero(unit[distance:] == unit[:-distance])
        there = here + distance
        yield labeler[here], labeler[there], value[here], value[there]
